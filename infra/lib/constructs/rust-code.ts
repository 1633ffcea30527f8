import {
  type Architecture,
  Code,
  type FunctionOptions,
  Function as LambdaFunction,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { RustFunction } from "cargo-lambda-cdk";
import type { Construct } from "constructs";
import { PACKAGE_FILES } from "../facts";
import type { FunctionSource } from "../function-sources";

/** Creates a function from Rust: built while CDK bundles the stack, or from a ready folder. */
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
      handler: PACKAGE_FILES.bootstrap,
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
