import { spawnSync } from "node:child_process";
import { ROOT } from "./run-command";

/**
 * Runs CDK's command line in the project's root, with its output shown.
 *
 * @returns its exit status
 * @throws Error if it can't be started
 */
export function runCdk(args: readonly string[]): number {
  const { status, error } = spawnSync("cdk", args, { cwd: ROOT, stdio: "inherit" });
  if (error !== undefined) {
    throw error;
  }
  return status ?? 1;
}
