#!/usr/bin/env tsx
import { App } from "aws-cdk-lib";
import { createPipeline } from "../pipeline/create-pipeline";
import { ROOT, runCommand } from "../stages/run-command";

/** The CDK app of what stages need beside them: a pipeline's roles, and what CloudFormation may do. */
runCommand(() => createPipeline(new App(), ROOT, process.env));
