#!/usr/bin/env tsx
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { InputError } from "../lib/input-error";
import { bootstrap, currentPolicies } from "../pipeline/bootstrap";
import { EXECUTION_STACK } from "../pipeline/create-pipeline";
import { readCdkFlags } from "../stages/preflight/cdk-flags";
import { stageSession } from "../stages/preflight/stage-session";
import { loadStages } from "../stages/stage";

// Of the versions of Node.js that later versions of the SDK need; package.json says which one this needs.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const ROOT = resolve(__dirname, "../..");

/** `bootstrap STAGES [CDK_FLAGS…]`: what CDK itself needs in each stage's account and region; checked before by `preflight`. */
async function main(): Promise<void> {
  const [choices = "", ...words] = process.argv.slice(2);
  const { context } = JSON.parse(readFileSync(join(ROOT, "cdk.json"), "utf8"));
  const flags = readCdkFlags(words, context);
  const stages = loadStages(ROOT, choices);
  for (const stage of stages) {
    const session = await stageSession(stage, flags, process.env);
    process.exitCode = bootstrap({
      choice: stages.length === 1 ? choices.trim() : stage.name,
      flags,
      words,
      current: await currentPolicies(session, flags.toolkitStack),
      cdk,
      deployPolicies,
      show: (line) => process.stderr.write(`${line}\n`),
    });
    if (process.exitCode !== 0) {
      return;
    }
  }
}

function cdk(args: readonly string[]): number {
  const { status, error } = spawnSync("cdk", args, { cwd: ROOT, stdio: "inherit" });
  if (error !== undefined) {
    throw error;
  }
  return status ?? 1;
}

function deployPolicies(args: readonly string[]): string | number {
  const folder = mkdtempSync(join(tmpdir(), "oathgate-bootstrap-"));
  try {
    const file = join(folder, "outputs.json");
    const status = cdk([...args, "--outputs-file", file, "--output", join(folder, "cdk.out")]);
    return status === 0 ? JSON.parse(readFileSync(file, "utf8"))[EXECUTION_STACK].PolicyArns : status;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof InputError)) {
    throw error;
  }
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = 1;
});
