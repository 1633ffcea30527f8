#!/usr/bin/env tsx
import { InputError } from "../lib/input-error";
import { CDK_COMMANDS, preflight } from "../stages/preflight/preflight";
import { runCommand, stagesAndFlags } from "../stages/run-command";

/** `preflight COMMAND STAGES [CDK_FLAGS…]`: checks everything about AWS that can be known before anything is built. */
runCommand(async (print) => {
  const [given, ...words] = process.argv.slice(2);
  const command = CDK_COMMANDS.find((known) => known === given);
  if (command === undefined) {
    throw new InputError(`the first argument must be one of ${CDK_COMMANDS.join(", ")}; it is \`${given}\``);
  }
  const { stages, choiceOf, flags } = stagesAndFlags(words);
  for (const stage of stages) {
    const run = { command, stage, choice: choiceOf(stage), flags, environment: process.env };
    for (const line of await preflight(run)) {
      print(line);
    }
  }
});
