#!/usr/bin/env tsx
import { relative, resolve } from "node:path";
import { InputError } from "../lib/input-error";
import { OathgateCli } from "../lib/oathgate-cli";
import { checkGate, checkStack } from "../stages/create-stacks";
import { loadStage } from "../stages/stage";

/** `make check STAGE=…`: everything that synth checks of a stage, without building or asking AWS anything. */
try {
  const stage = loadStage(resolve(__dirname, "../.."), process.argv[2]);
  const cli = new OathgateCli(stage.root);
  const gate = checkGate(stage, cli);
  process.stdout.write(gate.findings);
  checkStack(gate, cli);
  process.stdout.write(
    `\nstage ${stage.name}: settings, configuration, rules and tests can be deployed (${relative(stage.root, gate.configFile)})\n`,
  );
} catch (error) {
  if (!(error instanceof InputError)) {
    throw error;
  }
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = 1;
}
