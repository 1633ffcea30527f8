import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Architecture } from "aws-cdk-lib/aws-lambda";
import { builtByCargo, type FunctionSource, type FunctionSources } from "./function-sources";
import { InputError } from "./input-error";
import { builtCli, type Command, type OathgateCli } from "./oathgate-cli";

/**
 * What the functions' code is made for.
 *
 * @internal
 */
export interface OathgateCodeContext {
  /** The laid-out configuration's absolute path; not there where the gate was checked elsewhere. */
  readonly configFile: string | undefined;
  /** The functions' architecture. */
  readonly architecture: Architecture;
  /** The folder that packaged code goes to. */
  readonly buildFolder: string;
  /** The `oathgate` program; asked for only where something is packaged. */
  readonly program: () => OathgateCli;
}

/** The built functions as they are, one folder for each; `bootstrap` is in it, and all that it reads. */
export interface FunctionFolders {
  /** The folder that `oathgate package` wrote. */
  readonly authorizer: string;
  /** The folder of the function that makes the signing keys. */
  readonly signingKeys: string;
}

/** Where the code of a gate's functions, and the `oathgate` program that checks and packages it, come from. */
export abstract class OathgateCode {
  /**
   * Built binaries: `bootstrap` and `oathgate-signing-keys` as cargo (`target/release`) or cargo-lambda (`target/lambda`)
   * leave them, for Linux and the functions' architecture. They are packaged with the rules while the app is synthesised.
   *
   * @param folder the folder with the binaries; where `oathgate` is beside them, it is the program that checks and packages
   * @param namedBy what errors say names the folder
   */
  static fromBinaries(folder: string, namedBy = `OathgateCode.fromBinaries("${folder}")`): OathgateCode {
    return new Binaries(resolve(folder), namedBy);
  }

  /**
   * Oathgate's own sources, built by cargo and cargo-lambda while the app is synthesised.
   *
   * @param workspace the folder with Oathgate's `Cargo.toml`
   */
  static fromCargo(workspace: string): OathgateCode {
    return new CargoWorkspace(resolve(workspace));
  }

  /**
   * The binaries that come with this package: the functions for Linux on arm64 and x86_64, and the `oathgate` program for
   * the machines that the package was made for. What it was made without is a sentence at synth.
   */
  static fromPackage(): OathgateCode {
    return new PackagedBinaries(join(__dirname, "..", "binaries"));
  }

  /**
   * Folders that are deployed as they are: nothing is built or packaged. For tests, and for code that was packaged before.
   *
   * @param namedBy what errors say names the folders
   */
  static fromFolders(folders: FunctionFolders, namedBy = "OathgateCode.fromFolders"): OathgateCode {
    return new Folders(folders, namedBy);
  }

  /**
   * The `oathgate` program that belongs to this code; nothing where there is none.
   *
   * @internal
   */
  abstract program(environment: NodeJS.ProcessEnv): Command | undefined;

  /**
   * The folders or crates that the functions are made from.
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
    program().package(laidOut(configFile), this.binary("bootstrap"), authorizer);

    const signingKeys = join(buildFolder, "signing-keys");
    rmSync(signingKeys, { recursive: true, force: true });
    mkdirSync(signingKeys, { recursive: true });
    copyFileSync(this.binary("oathgate-signing-keys"), join(signingKeys, "bootstrap"));

    return {
      authorizer: readyFolder(authorizer, "oathgate package"),
      signingKeys: readyFolder(signingKeys, this.namedBy),
    };
  }

  /** A binary as cargo leaves it, or in a folder of its own as `bootstrap`, as cargo-lambda does. */
  private binary(name: string): string {
    const ofCargoLambda = join(this.folder, name, "bootstrap");
    return existsSync(ofCargoLambda) ? ofCargoLambda : existing(join(this.folder, name), this.namedBy);
  }
}

/** The package's own binaries, a folder for each architecture of Lambda and for each machine that synthesises. */
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
        `\`code\`: this package of oathgate-cdk was made without binaries for ${context.architecture.name}: give \`code\` by \`OathgateCode.fromCargo\` (Oathgate's sources) or \`OathgateCode.fromBinaries\` (a folder with built binaries)`,
      );
    }
    return new Binaries(folder, "OathgateCode.fromPackage()").functionSources(context);
  }
}

function laidOut(configFile: string | undefined): string {
  if (configFile === undefined) {
    throw new InputError(
      "`checked` has no `configFile` to package the functions' code from: add it, or give `code` by `OathgateCode.fromFolders`",
    );
  }
  return configFile;
}

function readyFolder(path: string, origin: string): FunctionSource {
  existing(join(path, "bootstrap"), origin);
  return { kind: "folder", path };
}

function existing(file: string, origin: string): string {
  if (!existsSync(file)) {
    throw new InputError(`${origin}: there is no \`${file}\`; build it first`);
  }
  return file;
}
