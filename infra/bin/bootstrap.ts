#!/usr/bin/env tsx
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap, currentPolicies } from "../pipeline/bootstrap";
import { EXECUTION_STACK } from "../pipeline/create-pipeline";
import { stageSession } from "../stages/preflight/stage-session";
import { runCdk } from "../stages/run-cdk";
import { runCommand, stagesAndFlags } from "../stages/run-command";

/** `bootstrap STAGES [CDK_FLAGS…]`: bootstraps each stage's account and region for CDK, after `preflight`. */
runCommand(async () => {
  const [choices = "", ...words] = process.argv.slice(2);
  const { stages, choiceOf, flags } = stagesAndFlags([choices, ...words]);
  for (const stage of stages) {
    const session = await stageSession(stage, flags, process.env);
    process.exitCode = bootstrap({
      choice: choiceOf(stage),
      flags,
      words,
      current: await currentPolicies(session, flags.toolkitStack),
      cdk: runCdk,
      deployPolicies,
      show: (line) => process.stderr.write(`${line}\n`),
    });
    if (process.exitCode !== 0) {
      return;
    }
  }
});

function deployPolicies(args: readonly string[]): string | number {
  const folder = mkdtempSync(join(tmpdir(), "oathgate-bootstrap-"));
  try {
    const file = join(folder, "outputs.json");
    const status = runCdk([...args, "--outputs-file", file, "--output", join(folder, "cdk.out")]);
    return status === 0 ? JSON.parse(readFileSync(file, "utf8"))[EXECUTION_STACK].PolicyArns : status;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
