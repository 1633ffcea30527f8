import {
  type Architecture,
  Code,
  type FunctionOptions,
  Function as LambdaFunction,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { RustFunction } from "cargo-lambda-cdk";
import type { Construct } from "constructs";
import type { FunctionSource } from "../function-sources";

/** A function from Rust: built while the stack is bundled, or from a folder that is ready. */
export function rustFunction(
  scope: Construct,
  id: string,
  source: FunctionSource,
  options: FunctionOptions & { readonly architecture: Architecture },
): LambdaFunction {
  if (source.kind === "folder") {
    return new LambdaFunction(scope, id, {
      ...options,
      runtime: Runtime.PROVIDED_AL2023,
      handler: "bootstrap",
      code: Code.fromAsset(source.path),
    });
  }
  return new RustFunction(scope, id, {
    ...options,
    manifestPath: source.manifestPath,
    binaryName: source.binary,
    bundling: {
      architecture: options.architecture,
      cargoLambdaFlags: ["--locked"],
      commandHooks: { beforeBundling: () => [], afterBundling: source.finish },
    },
  });
}
