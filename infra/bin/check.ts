#!/usr/bin/env tsx
import { relative } from "node:path";
import { checkStack, checkStage } from "../stages/create-stacks";
import { ROOT, runCommand, showRefusal } from "../stages/run-command";
import { loadStages, type Stage } from "../stages/stage";
import { stageCli } from "../stages/stage-cli";

/** `check STAGE…`: everything that synth checks of stages, without building or asking AWS anything. */
runCommand(() => {
  for (const stage of loadStages(ROOT, process.argv.slice(2).join(" "))) {
    try {
      check(stage);
    } catch (error) {
      // One stage's mistakes keep nobody from seeing those of the next.
      showRefusal(error);
    }
  }
});

function check(stage: Stage): void {
  const cli = stageCli(stage.root);
  const checkedStage = checkStage(stage, cli);
  process.stdout.write(checkedStage.findings);
  checkStack(checkedStage, cli);
  process.stdout.write(
    `\nstage ${stage.name}: settings, configuration, rules and tests can be deployed (${relative(stage.root, checkedStage.checked.configFile)})\n`,
  );
}
