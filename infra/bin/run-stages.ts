#!/usr/bin/env tsx
import { join } from "node:path";
import { InputError } from "../lib/input-error";
import { runCdk } from "../stages/run-cdk";
import { ROOT, runCommand } from "../stages/run-command";
import { COMMANDS_OF_SEVERAL, runStages } from "../stages/run-stages";
import { loadStages } from "../stages/stage";

/** `run-stages COMMAND STAGES [CDK_FLAGS…]`: one app, one stack for each stage, changed one after the other. */
runCommand(() => {
  const [given, choices = "", ...flags] = process.argv.slice(2);
  const command = COMMANDS_OF_SEVERAL.find((known) => known === given);
  if (command === undefined) {
    throw new InputError(
      `\`${given}\` takes one stage at a time: say STAGE=… in place of STAGES="${choices}" (several: ${COMMANDS_OF_SEVERAL.join(", ")})`,
    );
  }
  process.exitCode = runStages({
    command,
    names: loadStages(ROOT, choices).map(({ name }) => name),
    choices: choices
      .trim()
      .split(/[\s,]+/)
      .join(","),
    assembly: join(ROOT, "cdk.out"),
    flags,
    cdk: runCdk,
    show: (line) => process.stderr.write(`${line}\n`),
  });
});
