import { basename, dirname, isAbsolute, join, relative } from "node:path";
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

/** The code of a gate's functions. */
export interface FunctionSources {
  readonly authorizer: FunctionSource;
  readonly signingKeys: FunctionSource;
}

/**
 * Built and packaged in one step while the stack is bundled.
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

/** A folder as seen from the workspace, the one thing that a container sees. */
function insideOf(workspace: string, folder: string): string {
  const path = relative(workspace, folder);
  if (path.startsWith("..") || isAbsolute(path)) {
    throw new InputError(
      `the functions are built in a container, which sees ${workspace} and not ${folder}: install cargo-lambda, or set \`buildFolder\` to a folder of that workspace`,
    );
  }
  return path;
}

/** A word as a POSIX shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
