#!/usr/bin/env tsx
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "../lib/input-error";
import { readCdkFlags } from "../stages/preflight/cdk-flags";
import { CDK_COMMANDS, preflight } from "../stages/preflight/preflight";
import { loadStages } from "../stages/stage";

// Of the versions of Node.js that later versions of the SDK need; package.json says which one this needs.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** `preflight COMMAND STAGES [CDK_FLAGS…]`: everything about AWS that can be known before something is built. */
async function main(): Promise<void> {
  const [given, choices = "", ...cdkFlags] = process.argv.slice(2);
  const root = resolve(__dirname, "../..");
  const command = CDK_COMMANDS.find((known) => known === given);
  if (command === undefined) {
    throw new InputError(`the first word is one of ${CDK_COMMANDS.join(", ")}, not \`${given}\``);
  }
  const stages = loadStages(root, choices);
  const { context } = JSON.parse(readFileSync(resolve(root, "cdk.json"), "utf8"));
  const flags = readCdkFlags(cdkFlags, context);
  for (const stage of stages) {
    // Whoever chose a file's path gets it back in the commands that are proposed.
    const choice = stages.length === 1 ? choices.trim() : stage.name;
    for (const line of await preflight({ command, stage, choice, flags, environment: process.env })) {
      process.stdout.write(`${line}\n`);
    }
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof InputError)) {
    throw error;
  }
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = 1;
});
