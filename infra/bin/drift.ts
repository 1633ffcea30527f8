#!/usr/bin/env tsx
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "../lib/input-error";
import { driftText, findDrift } from "../stages/drift/drift";
import { readingSession } from "../stages/drift/session";
import { readCdkFlags } from "../stages/preflight/cdk-flags";
import { stackNameOf } from "../stages/stack-name";
import { loadStages } from "../stages/stage";

// Of the versions of Node.js that later versions of the SDK need; package.json says which one this needs.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/**
 * `drift STAGES [CDK_FLAGS…]`: what in AWS is not as it was deployed. Ends with 1 where something differs, and with 2 where
 * it can't be known.
 */
async function main(): Promise<void> {
  const [choices = "", ...cdkFlags] = process.argv.slice(2);
  const root = resolve(__dirname, "../..");
  const { context } = JSON.parse(readFileSync(resolve(root, "cdk.json"), "utf8"));
  const flags = readCdkFlags(cdkFlags, context);
  for (const stage of loadStages(root, choices)) {
    const report = await findDrift(await readingSession(stage, flags, process.env), stackNameOf(stage));
    process.stdout.write(driftText(report));
    if (report.failure !== undefined) {
      process.exitCode = 2;
    } else if (report.differences.length > 0) {
      process.exitCode ??= 1;
    }
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof InputError)) {
    throw error;
  }
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = 2;
});
