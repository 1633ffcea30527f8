#!/usr/bin/env tsx
import { App } from "aws-cdk-lib";
import { createPipeline } from "../pipeline/create-pipeline";
import { ROOT, runCommand } from "../stages/run-command";

/** The CDK app with the stacks that stages depend on: a pipeline's roles, and CloudFormation's execution policies. */
runCommand(() => createPipeline(new App(), ROOT, process.env));
