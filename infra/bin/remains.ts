#!/usr/bin/env tsx
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "../lib/input-error";
import { readingSession } from "../stages/drift/session";
import { readCdkFlags } from "../stages/preflight/cdk-flags";
import { findRemains, remainsText } from "../stages/remains/remains";
import { stackNameOf } from "../stages/stack-name";
import { loadStages } from "../stages/stage";

// Of the versions of Node.js that later versions of the SDK need; package.json says which one this needs.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** `remains STAGES [CDK_FLAGS…]`: what AWS still has of stages that were destroyed. */
async function main(): Promise<void> {
  const [choices = "", ...cdkFlags] = process.argv.slice(2);
  const root = resolve(__dirname, "../..");
  const { context } = JSON.parse(readFileSync(resolve(root, "cdk.json"), "utf8"));
  const flags = readCdkFlags(cdkFlags, context);
  for (const stage of loadStages(root, choices)) {
    const session = await readingSession(stage, flags, process.env);
    process.stdout.write(remainsText(await findRemains(session, stackNameOf(stage))));
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof InputError)) {
    throw error;
  }
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = 1;
});
