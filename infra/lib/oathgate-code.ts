import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Architecture } from "aws-cdk-lib/aws-lambda";
import { PACKAGE_FILES } from "./facts";
import { builtByCargo, type FunctionSource, type FunctionSources } from "./function-sources";
import { InputError } from "./input-error";
import { builtCli, type Command, type OathgateCli } from "./oathgate-cli";

/**
 * What the functions' code is packaged for.
 *
 * @internal
 */
export interface OathgateCodeContext {
  /** The laid-out configuration's absolute path; `undefined` if the gate was checked elsewhere. */
  readonly configFile: string | undefined;
  /** The functions' architecture. */
  readonly architecture: Architecture;
  /** The folder for packaged code. */
  readonly buildFolder: string;
  /** Returns the `oathgate` program; called only if something is packaged. */
  readonly program: () => OathgateCli;
}

/** Folders of built functions, each with `bootstrap` and the files that it reads. */
export interface FunctionFolders {
  /** The folder that `oathgate package` wrote. */
  readonly authorizer: string;
  /** The folder with `oathgate-signing-keys` as `bootstrap`. */
  readonly signingKeys: string;
}

/** The source of the functions' code and of the `oathgate` program that checks and packages it. */
export abstract class OathgateCode {
  /**
   * Built binaries: `bootstrap` and `oathgate-signing-keys` as cargo (`target/release`) or cargo-lambda (`target/lambda`)
   * write them, for Linux and the functions' architecture. They are packaged with the rules while the app is synthesised.
   *
   * @param folder the folder with the binaries; if it also contains `oathgate`, that program checks and packages the gate
   * @param namedBy what names the folder, as error messages show it
   */
  static fromBinaries(folder: string, namedBy = `OathgateCode.fromBinaries("${folder}")`): OathgateCode {
    return new Binaries(resolve(folder), namedBy);
  }

  /**
   * Oathgate's sources, built by cargo and cargo-lambda while the app is synthesised.
   *
   * @param workspace the folder with Oathgate's `Cargo.toml`
   */
  static fromCargo(workspace: string): OathgateCode {
    return new CargoWorkspace(resolve(workspace));
  }

  /**
   * The binaries in this package: the functions for Linux on arm64 and x86_64, and the `oathgate` program for the machines
   * that the package was built for. Synth fails with an `InputError` that names what is missing.
   */
  static fromPackage(): OathgateCode {
    return new PackagedBinaries(join(__dirname, "..", "binaries"));
  }

  /**
   * Folders that are deployed without building or packaging anything: for tests, and for code that is packaged already.
   *
   * @param namedBy what names the folders, as error messages show it
   */
  static fromFolders(folders: FunctionFolders, namedBy = "OathgateCode.fromFolders"): OathgateCode {
    return new Folders(folders, namedBy);
  }

  /**
   * The `oathgate` program that belongs to this code; `undefined` if there is none.
   *
   * @internal
   */
  abstract program(environment: NodeJS.ProcessEnv): Command | undefined;

  /**
   * The folders or crates that contain the functions' code.
   *
   * @internal
   */
  abstract functionSources(context: OathgateCodeContext): FunctionSources;
}

class Folders extends OathgateCode {
  constructor(
    private readonly folders: FunctionFolders,
    private readonly namedBy: string,
  ) {
    super();
  }

  override program(): undefined {
    return undefined;
  }

  override functionSources(): FunctionSources {
    const { authorizer, signingKeys } = this.folders;
    return {
      authorizer: readyFolder(authorizer, this.namedBy),
      signingKeys: readyFolder(signingKeys, this.namedBy),
    };
  }
}

class CargoWorkspace extends OathgateCode {
  constructor(private readonly workspace: string) {
    super();
    existing(join(workspace, "Cargo.toml"), `OathgateCode.fromCargo("${workspace}")`);
  }

  override program(environment: NodeJS.ProcessEnv): Command {
    return builtCli(this.workspace, environment);
  }

  override functionSources({ configFile, program }: OathgateCodeContext): FunctionSources {
    return builtByCargo(this.workspace, laidOut(configFile), program());
  }
}

class Binaries extends OathgateCode {
  constructor(
    private readonly folder: string,
    private readonly namedBy: string,
  ) {
    super();
  }

  override program(): Command | undefined {
    const program = join(this.folder, "oathgate");
    return existsSync(program) ? [program] : undefined;
  }

  override functionSources({ configFile, buildFolder, program }: OathgateCodeContext): FunctionSources {
    const authorizer = join(buildFolder, "authorizer");
    rmSync(authorizer, { recursive: true, force: true });
    program().package(laidOut(configFile), this.binary(PACKAGE_FILES.bootstrap), authorizer);

    const signingKeys = join(buildFolder, "signing-keys");
    rmSync(signingKeys, { recursive: true, force: true });
    mkdirSync(signingKeys, { recursive: true });
    copyFileSync(this.binary("oathgate-signing-keys"), join(signingKeys, PACKAGE_FILES.bootstrap));

    return {
      authorizer: readyFolder(authorizer, "oathgate package"),
      signingKeys: readyFolder(signingKeys, this.namedBy),
    };
  }

  /** A binary where cargo writes it, or `bootstrap` in a folder of that name, where cargo-lambda does. */
  private binary(name: string): string {
    const ofCargoLambda = join(this.folder, name, PACKAGE_FILES.bootstrap);
    return existsSync(ofCargoLambda) ? ofCargoLambda : existing(join(this.folder, name), this.namedBy);
  }
}

/** The package's own binaries: a folder for each architecture of Lambda, and one for each kind of machine that runs synth. */
class PackagedBinaries extends OathgateCode {
  constructor(private readonly folder: string) {
    super();
  }

  override program(): Command | undefined {
    const program = join(this.folder, `${process.platform}-${process.arch}`, "oathgate");
    return existsSync(program) ? [program] : undefined;
  }

  override functionSources(context: OathgateCodeContext): FunctionSources {
    const folder = join(this.folder, `lambda-${context.architecture.name}`);
    if (!existsSync(folder)) {
      throw new InputError(
        `\`code\`: this package of oathgate-cdk was built without binaries for ${context.architecture.name}: set \`code\` to \`OathgateCode.fromCargo\` (Oathgate's sources) or \`OathgateCode.fromBinaries\` (a folder with built binaries)`,
      );
    }
    return new Binaries(folder, "OathgateCode.fromPackage()").functionSources(context);
  }
}

function laidOut(configFile: string | undefined): string {
  if (configFile === undefined) {
    throw new InputError(
      "`checked` has no `configFile` to package the functions' code from: add it, or set `code` to `OathgateCode.fromFolders`",
    );
  }
  return configFile;
}

function readyFolder(path: string, origin: string): FunctionSource {
  existing(join(path, PACKAGE_FILES.bootstrap), origin);
  return { kind: "folder", path };
}

function existing(file: string, origin: string): string {
  if (!existsSync(file)) {
    throw new InputError(`${origin}: \`${file}\` does not exist; build it first`);
  }
  return file;
}
