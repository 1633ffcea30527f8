import { Architecture } from "aws-cdk-lib/aws-lambda";
import type { StageSettings } from "./stage-schema";

/** A stage's architecture; `host` is that of this machine. */
export function lambdaArchitecture(
  architecture: StageSettings["architecture"],
  host: NodeJS.Architecture = process.arch,
): Architecture {
  const chosen = architecture === "host" ? host : architecture;
  return chosen === "arm64" ? Architecture.ARM_64 : Architecture.X86_64;
}
