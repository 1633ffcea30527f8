#!/usr/bin/env tsx
import { join } from "node:path";
import { InputError } from "../lib/input-error";
import { runCdk } from "../stages/run-cdk";
import { ROOT, runCommand } from "../stages/run-command";
import { MULTI_STAGE_COMMANDS, runStages } from "../stages/run-stages";
import { loadStages } from "../stages/stage";

/** `run-stages COMMAND STAGES [CDK_FLAGS…]`: synthesises one app with a stack for each stage, then runs the command for each. */
runCommand(() => {
  const [given, choices = "", ...flags] = process.argv.slice(2);
  const command = MULTI_STAGE_COMMANDS.find((known) => known === given);
  if (command === undefined) {
    throw new InputError(
      `\`${given}\` accepts one stage at a time: use STAGE=… instead of STAGES="${choices}" (${MULTI_STAGE_COMMANDS.join(" and ")} accept several)`,
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
