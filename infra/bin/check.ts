#!/usr/bin/env tsx
import { relative, resolve } from "node:path";
import { checkedGate } from "../lib/create-stacks";
import { InputError } from "../lib/input-error";
import { loadStage } from "../lib/stage";

/** `make check STAGE=…`: everything that synth checks of a stage, without building or asking AWS anything. */
try {
  const stage = loadStage(resolve(__dirname, "../.."), process.argv[2]);
  const configFile = checkedGate(stage);
  process.stdout.write(
    `stage ${stage.name}: settings, configuration, rules and tests are fine (${relative(stage.root, configFile)})\n`,
  );
} catch (error) {
  if (!(error instanceof InputError)) {
    throw error;
  }
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = 1;
}
