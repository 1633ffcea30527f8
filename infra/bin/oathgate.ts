#!/usr/bin/env tsx
import { App } from "aws-cdk-lib";
import { InputError } from "../lib/input-error";
import {
  checkStage,
  createStacks,
  nameOnlyInput,
  type StackInput,
  stackInputOf,
} from "../stages/create-stacks";
import { ROOT, runCommand } from "../stages/run-command";
import { loadStages, type Stage } from "../stages/stage";
import { stageCli } from "../stages/stage-cli";

runCommand(() => {
  const app = new App();
  const [one, several] = ["stage", "stages"].map((key) => app.node.tryGetContext(key));
  if (one !== undefined && several !== undefined) {
    throw new InputError("`-c stage=…` and `-c stages=…` are both given; remove one of them");
  }
  const stages = loadStages(ROOT, one ?? several);
  // CDK's command line disables bundling if it deploys nothing.
  const bundled: unknown = app.node.tryGetContext("aws:cdk:bundling-stacks");
  const namesOnly = Array.isArray(bundled) && bundled.length === 0;
  for (const stage of stages) {
    createStacks(app, namesOnly ? nameOnlyInput(stage) : checkedInput(stage));
  }
});

/** Checks a stage and prints the findings on standard error: standard output belongs to CDK's command line. */
function checkedInput(stage: Stage): StackInput {
  const cli = stageCli(stage.root);
  const checked = checkStage(stage, cli);
  process.stderr.write(`${checked.findings}\n`);
  return stackInputOf(checked, cli);
}
