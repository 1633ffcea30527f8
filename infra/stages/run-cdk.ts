import { spawnSync } from "node:child_process";
import { ROOT } from "./run-command";

/**
 * Runs CDK's command line in the project's root, in view of whoever runs this program.
 *
 * @returns its exit status
 * @throws Error where it can't be started
 */
export function runCdk(args: readonly string[]): number {
  const { status, error } = spawnSync("cdk", args, { cwd: ROOT, stdio: "inherit" });
  if (error !== undefined) {
    throw error;
  }
  return status ?? 1;
}
