import { basename, dirname, isAbsolute, join, relative } from "node:path";
import { PACKAGE_FILES } from "./facts";
import { InputError } from "./input-error";
import { cargoCli, type OathgateCli } from "./oathgate-cli";

/** A folder that Lambda can run without further packaging: it holds `bootstrap` and the files that `bootstrap` reads. */
export interface ReadyFolder {
  readonly kind: "folder";
  readonly path: string;
}

/** A binary of a crate, built by cargo-lambda while CDK bundles the function. */
export interface CargoBinary {
  readonly kind: "cargo";
  /** The workspace's Cargo.toml. */
  readonly manifestPath: string;
  /** The binary's name. */
  readonly binary: string;
  /** Returns the shell commands that complete the folder `output` after `output/bootstrap` is built; `input` is the workspace. */
  readonly finish: (input: string, output: string) => string[];
}

/** Where a function's code comes from. */
export type FunctionSource = ReadyFolder | CargoBinary;

/** The code of a gate's functions. */
export interface FunctionSources {
  readonly authorizer: FunctionSource;
  readonly signingKeys: FunctionSource;
}

/**
 * The functions' code, built and packaged in one step while CDK bundles the stack.
 *
 * @param root the cargo workspace
 * @param configFile the laid-out configuration
 */
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
      binary: PACKAGE_FILES.bootstrap,
      finish: (input, output) => {
        // In a container the project has another path, and a program built for this machine may not start.
        const command = input === root ? cli.command : cargoCli(input);
        const packaged = join(output, ".packaged");
        const program = [
          ...command,
          "package",
          "--config",
          basename(configFile),
          "--bootstrap",
          join(output, PACKAGE_FILES.bootstrap),
          "--out",
          packaged,
        ];
        const folder =
          input === root ? dirname(configFile) : join(input, insideOf(root, dirname(configFile)));
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

/** A folder relative to the workspace, which is the only folder that the container mounts. */
function insideOf(workspace: string, folder: string): string {
  const path = relative(workspace, folder);
  if (path.startsWith("..") || isAbsolute(path)) {
    throw new InputError(
      `the functions are built in a container that mounts ${workspace} but not ${folder}: install cargo-lambda, or set \`buildFolder\` to a folder inside that workspace`,
    );
  }
  return path;
}

/** A word quoted for a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
