#!/usr/bin/env tsx
import { readingSession } from "../stages/drift/session";
import { findRemains, remainsText } from "../stages/remains/remains";
import { runCommand, stagesAndFlags } from "../stages/run-command";
import { stackNameOf } from "../stages/stack-name";

/** `remains STAGES [CDK_FLAGS…]`: lists what remains in AWS of destroyed stages. */
runCommand(async () => {
  const { stages, flags } = stagesAndFlags(process.argv.slice(2));
  for (const stage of stages) {
    const session = await readingSession(stage, flags, process.env);
    process.stdout.write(remainsText(await findRemains(session, stackNameOf(stage))));
  }
});
