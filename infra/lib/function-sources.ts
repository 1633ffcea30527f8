import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Stage } from "../stages/stage";
import { InputError } from "./input-error";
import { cargoCli, type OathgateCli } from "./oathgate-cli";

/** A folder that Lambda can run as it is: it holds `bootstrap` and whatever that reads. */
export interface ReadyFolder {
  readonly kind: "folder";
  readonly path: string;
}

/** A crate's binary, built by cargo-lambda while CDK bundles it. */
export interface CargoBinary {
  readonly kind: "cargo";
  /** The workspace's Cargo.toml. */
  readonly manifestPath: string;
  /** The binary's name. */
  readonly binary: string;
  /** Shell commands that finish the folder `output` once `output/bootstrap` is built; `input` is the workspace. */
  readonly finish: (input: string, output: string) => string[];
}

/** Where a function's code comes from. */
export type FunctionSource = ReadyFolder | CargoBinary;

/** The code of the stack's functions. */
export interface FunctionSources {
  readonly authorizer: FunctionSource;
  readonly signingKeys: FunctionSource;
}

/**
 * Decides where the functions' code comes from:
 *
 * - `OATHGATE_PREBUILT_DIR`: its folders `authorizer` and `signing-keys` are deployed as they are;
 * - `OATHGATE_BINARIES`: a folder with the built `bootstrap` and `oathgate-signing-keys`, as cargo (`target/release`)
 *   or cargo-lambda (`target/lambda`) leave them; they are packaged here;
 * - neither: cargo-lambda builds them while the stack is bundled, and they are packaged there.
 *
 * @param configFile the stage's laid-out configuration
 */
export function findFunctionSources(
  stage: Stage,
  configFile: string,
  cli: OathgateCli,
  environment: NodeJS.ProcessEnv = process.env,
): FunctionSources {
  const { OATHGATE_PREBUILT_DIR: prebuilt, OATHGATE_BINARIES: binaries } = environment;
  if (prebuilt) {
    return {
      authorizer: readyFolder(resolve(stage.root, prebuilt, "authorizer"), "OATHGATE_PREBUILT_DIR"),
      signingKeys: readyFolder(resolve(stage.root, prebuilt, "signing-keys"), "OATHGATE_PREBUILT_DIR"),
    };
  }
  return binaries
    ? packagedBinaries(stage, configFile, cli, resolve(stage.root, binaries))
    : builtByCargo(stage.root, configFile, cli);
}

/** Built and packaged in one step while the stack is bundled. */
export function builtByCargo(
  root: string,
  configFile: string,
  cli: Pick<OathgateCli, "command">,
): FunctionSources {
  const manifestPath = join(root, "Cargo.toml");
  return {
    authorizer: {
      kind: "cargo",
      manifestPath,
      binary: "bootstrap",
      finish: (input, output) => {
        // In a container the project lies elsewhere and a program built for this machine may not start.
        const command = input === root ? cli.command : cargoCli(input);
        const packaged = join(output, ".packaged");
        const program = [
          ...command,
          "package",
          "--config",
          basename(configFile),
          "--bootstrap",
          join(output, "bootstrap"),
          "--out",
          packaged,
        ];
        const folder = join(input, relative(root, dirname(configFile)));
        return [
          `(cd ${quoted(folder)} && ${program.map(quoted).join(" ")})`,
          `cp -R ${quoted(packaged)}/. ${quoted(output)}`,
          `rm -r ${quoted(packaged)}`,
        ];
      },
    },
    signingKeys: { kind: "cargo", manifestPath, binary: "oathgate-signing-keys", finish: () => [] },
  };
}

function packagedBinaries(
  stage: Stage,
  configFile: string,
  cli: OathgateCli,
  folder: string,
): FunctionSources {
  const authorizer = join(stage.root, "dist", stage.name, "authorizer");
  rmSync(authorizer, { recursive: true, force: true });
  cli.package(configFile, builtBinary(folder, "bootstrap"), authorizer);

  const signingKeys = join(stage.root, "dist", stage.name, "signing-keys");
  rmSync(signingKeys, { recursive: true, force: true });
  mkdirSync(signingKeys, { recursive: true });
  copyFileSync(builtBinary(folder, "oathgate-signing-keys"), join(signingKeys, "bootstrap"));

  return {
    authorizer: readyFolder(authorizer, "oathgate package"),
    signingKeys: readyFolder(signingKeys, "OATHGATE_BINARIES"),
  };
}

/** A binary as cargo leaves it, or in a folder of its own as `bootstrap`, as cargo-lambda does. */
function builtBinary(folder: string, name: string): string {
  const ofCargoLambda = join(folder, name, "bootstrap");
  return existsSync(ofCargoLambda) ? ofCargoLambda : existing(join(folder, name), "OATHGATE_BINARIES");
}

function readyFolder(path: string, origin: string): ReadyFolder {
  existing(join(path, "bootstrap"), origin);
  return { kind: "folder", path };
}

function existing(file: string, origin: string): string {
  if (!existsSync(file)) {
    throw new InputError(`${origin}: there is no \`${file}\`; build it first`);
  }
  return file;
}

/** A word as a POSIX shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
