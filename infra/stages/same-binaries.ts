import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { PACKAGE_FILES, variable } from "../lib/facts";
import { InputError } from "../lib/input-error";

/** The binary of one function in one stack. */
export interface PackagedBinary {
  readonly stack: string;
  /** The function's logical id, which is the same in each stage's stack. */
  readonly functionId: string;
  readonly architecture: string;
  /** SHA-256 of `bootstrap`, in hexadecimal digits. */
  readonly digest: string;
}

interface LambdaFunction {
  readonly Type: string;
  readonly Properties?: { readonly Architectures?: string[]; readonly Code?: { readonly S3Key?: unknown } };
}

/**
 * Reads the binaries of a synthesised app's stacks.
 *
 * @param assembly CDK's output folder
 * @param stacks the stacks' names
 */
export function packagedBinaries(assembly: string, stacks: readonly string[]): PackagedBinary[] {
  return stacks.flatMap((stack) => {
    const { Resources }: { Resources: Record<string, LambdaFunction> } = readJson(
      join(assembly, `${stack}.template.json`),
    );
    const { files }: { files: Record<string, { source: { path: string } }> } = readJson(
      join(assembly, `${stack}.assets.json`),
    );
    return Object.entries(Resources).flatMap(([functionId, { Type, Properties }]) => {
      const asset = files[String(Properties?.Code?.S3Key).replace(/\.zip$/, "")];
      if (Type !== "AWS::Lambda::Function" || asset === undefined) {
        return [];
      }
      const { path } = asset.source;
      const binary = join(isAbsolute(path) ? path : join(assembly, path), PACKAGE_FILES.bootstrap);
      return existsSync(binary)
        ? [
            {
              stack,
              functionId,
              architecture: Properties?.Architectures?.[0] ?? "x86_64",
              digest: createHash("sha256").update(readFileSync(binary)).digest("hex"),
            },
          ]
        : [];
    });
  });
}

/**
 * Makes sure that the stages of one run differ only in their rules and settings: each function has the same binary in all
 * stages of the same architecture.
 *
 * @returns one line for each binary: its SHA-256, the function, its architecture, and the stacks that deploy it
 * @throws InputError that names the stacks whose binaries differ
 */
export function requireSameBinaries(binaries: readonly PackagedBinary[]): string[] {
  const groups = new Map<string, PackagedBinary[]>();
  for (const binary of binaries) {
    const name = `${binary.functionId} for ${binary.architecture}`;
    groups.set(name, [...(groups.get(name) ?? []), binary]);
  }
  return [...groups].map(([name, group]) => {
    const [first] = group;
    const other = group.find(({ digest }) => digest !== first?.digest);
    if (first === undefined || other !== undefined) {
      throw new InputError(
        `${name}: the binaries of ${other?.stack} and ${first?.stack} differ; nothing was deployed. Build once for all ` +
          `stages and set ${variable("BINARIES")} to the folder with the binaries`,
      );
    }
    return `${first.digest}  ${name}: ${group.map(({ stack }) => stack).join(", ")}`;
  });
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, "utf8"));
}
