#!/usr/bin/env tsx
import { driftText, findDrift } from "../stages/drift/drift";
import { readingSession } from "../stages/drift/session";
import { runCommand, stagesAndFlags } from "../stages/run-command";
import { stackNameOf } from "../stages/stack-name";

/** The exit code if something differs. */
const DIFFERENT = 1;

/** The exit code if the comparison failed. */
const UNKNOWN = 2;

/** `drift STAGES [CDK_FLAGS…]`: reports what differs in AWS from what was deployed. */
runCommand(async () => {
  const { stages, flags } = stagesAndFlags(process.argv.slice(2));
  for (const stage of stages) {
    const report = await findDrift(await readingSession(stage, flags, process.env), stackNameOf(stage));
    process.stdout.write(driftText(report));
    if (report.failure !== undefined) {
      process.exitCode = UNKNOWN;
    } else if (report.differences.length > 0) {
      process.exitCode ??= DIFFERENT;
    }
  }
}, UNKNOWN);
