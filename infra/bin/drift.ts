#!/usr/bin/env tsx
import { driftText, findDrift } from "../stages/drift/drift";
import { readingSession } from "../stages/drift/session";
import { runCommand, stagesAndFlags } from "../stages/run-command";
import { stackNameOf } from "../stages/stack-name";

/** The exit code where something differs. */
const DIFFERENT = 1;

/** The exit code where it can't be known whether something differs. */
const UNKNOWN = 2;

/** `drift STAGES [CDK_FLAGS…]`: what in AWS is not as it was deployed. */
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
