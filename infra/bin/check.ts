#!/usr/bin/env tsx
import { relative } from "node:path";
import { checkStack, checkStage } from "../stages/create-stacks";
import { ROOT, runCommand, showRefusal } from "../stages/run-command";
import { loadStages, type Stage } from "../stages/stage";
import { stageCli } from "../stages/stage-cli";

/** `check STAGE…`: all checks of synth, without building anything and without requests to AWS. */
runCommand(() => {
  for (const stage of loadStages(ROOT, process.argv.slice(2).join(" "))) {
    try {
      check(stage);
    } catch (error) {
      // Continues with the next stage, so that the mistakes of all stages are shown.
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
    `\nstage ${stage.name}: settings, configuration, rules and tests are valid (${relative(stage.root, checkedStage.checked.configFile)})\n`,
  );
}
