#!/usr/bin/env tsx
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { InputError } from "../lib/input-error";
import { COMMANDS_OF_SEVERAL, runStages } from "../stages/run-stages";
import { loadStages } from "../stages/stage";

/** `run-stages COMMAND STAGES [CDK_FLAGS…]`: one app, one stack for each stage, changed one after the other. */
try {
  const [given, choices = "", ...flags] = process.argv.slice(2);
  const command = COMMANDS_OF_SEVERAL.find((known) => known === given);
  if (command === undefined) {
    throw new InputError(
      `\`${given}\` takes one stage at a time: say STAGE=… in place of STAGES="${choices}" (several: ${COMMANDS_OF_SEVERAL.join(", ")})`,
    );
  }
  const root = resolve(__dirname, "../..");
  process.exitCode = runStages({
    command,
    names: loadStages(root, choices).map(({ name }) => name),
    choices: choices
      .trim()
      .split(/[\s,]+/)
      .join(","),
    assembly: join(root, "cdk.out"),
    flags,
    cdk: (args) => {
      const { status, error } = spawnSync("cdk", args, { cwd: root, stdio: "inherit" });
      if (error !== undefined) {
        throw error;
      }
      return status ?? 1;
    },
    show: (line) => process.stderr.write(`${line}\n`),
  });
} catch (error) {
  if (!(error instanceof InputError)) {
    throw error;
  }
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = 1;
}
