#!/usr/bin/env tsx
import { relative, resolve } from "node:path";
import { InputError } from "../lib/input-error";
import { checkStack, checkStage } from "../stages/create-stacks";
import { loadStages, type Stage } from "../stages/stage";
import { stageCli } from "../stages/stage-cli";

/** `check STAGE…`: everything that synth checks of stages, without building or asking AWS anything. */
function main(choices: string): void {
  for (const stage of loadStages(resolve(__dirname, "../.."), choices)) {
    refusalsShown(() => check(stage));
  }
}

function check(stage: Stage): void {
  const cli = stageCli(stage.root);
  const checkedStage = checkStage(stage, cli);
  process.stdout.write(checkedStage.findings);
  checkStack(checkedStage, cli);
  process.stdout.write(
    `\nstage ${stage.name}: settings, configuration, rules and tests can be deployed (${relative(stage.root, checkedStage.checked.configFile)})\n`,
  );
}

/** One stage's mistakes keep nobody from seeing those of the next. */
function refusalsShown(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof InputError)) {
      throw error;
    }
    process.stderr.write(`\n${error.message}\n\n`);
    process.exitCode = 1;
  }
}

refusalsShown(() => main(process.argv.slice(2).join(" ")));
