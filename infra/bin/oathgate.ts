#!/usr/bin/env tsx
import { resolve } from "node:path";
import { App } from "aws-cdk-lib";
import { createStacks, nameOnlyInput, readStackInput } from "../lib/create-stacks";
import { InputError } from "../lib/input-error";
import { loadStage } from "../lib/stage";

try {
  const app = new App();
  const stage = loadStage(resolve(__dirname, "../.."), app.node.tryGetContext("stage"));
  // The CDK command line asks for no bundling where it deploys nothing.
  const bundled: unknown = app.node.tryGetContext("aws:cdk:bundling-stacks");
  const namesOnly = Array.isArray(bundled) && bundled.length === 0;
  createStacks(app, namesOnly ? nameOnlyInput(stage) : readStackInput(stage));
} catch (error) {
  if (!(error instanceof InputError)) {
    throw error;
  }
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = 1;
}
