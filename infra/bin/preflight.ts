#!/usr/bin/env tsx
import { InputError } from "../lib/input-error";
import { CDK_COMMANDS, preflight } from "../stages/preflight/preflight";
import { runCommand, stagesAndFlags } from "../stages/run-command";

/** `preflight COMMAND STAGES [CDK_FLAGS…]`: everything about AWS that can be known before something is built. */
runCommand(async (say) => {
  const [given, ...words] = process.argv.slice(2);
  const command = CDK_COMMANDS.find((known) => known === given);
  if (command === undefined) {
    throw new InputError(`the first word is one of ${CDK_COMMANDS.join(", ")}, not \`${given}\``);
  }
  const { stages, choiceOf, flags } = stagesAndFlags(words);
  for (const stage of stages) {
    const run = { command, stage, choice: choiceOf(stage), flags, environment: process.env };
    for (const line of await preflight(run)) {
      say(line);
    }
  }
});
