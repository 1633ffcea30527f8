#!/usr/bin/env tsx
import { resolve } from "node:path";
import { App } from "aws-cdk-lib";
import { InputError } from "../lib/input-error";
import { createPipeline } from "../pipeline/create-pipeline";

/** The CDK app of what stages need beside them: a pipeline's roles, and what CloudFormation may do. */
try {
  createPipeline(new App(), resolve(__dirname, "../.."), process.env);
} catch (error) {
  if (!(error instanceof InputError)) {
    throw error;
  }
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = 1;
}
