#!/usr/bin/env tsx
import { parseArgs } from "node:util";
import { InputError } from "../lib/input-error";
import { controlPlaneOf, refusedByAws } from "../stages/deployed/control-plane";
import { keepsDeployments } from "../stages/deployed/keeps-deployments";
import { prune } from "../stages/deployed/prune";
import { runCommand, stagesAndFlags } from "../stages/run-command";
import { stackNameOf } from "../stages/stack-name";

/**
 * `prune STAGES [--dry-run | --after-deploy] [CDK_FLAGS…]`: deletes what is older than the last `rollout.keepVersions` deploys.
 *
 * `--after-deploy` reports what can't be deleted without failing, because the deploy itself has succeeded.
 */
runCommand(async (print) => {
  const { values } = parseArgs({
    options: { "dry-run": { type: "boolean" }, "after-deploy": { type: "boolean" } },
    allowPositionals: true,
    strict: false,
  });
  const { stages, flags } = stagesAndFlags(process.argv.slice(2));
  for (const stage of stages.filter(keepsDeployments)) {
    const { keepVersions } = stage.settings.rollout;
    try {
      const control = await controlPlaneOf(stage, flags, process.env);
      const dryRun = values["dry-run"] === true;
      for (const line of await prune(control, stackNameOf(stage), stage.name, keepVersions, dryRun)) {
        print(line);
      }
    } catch (error) {
      const refusal = refusedByAws(error, `pruning of the stage ${stage.name}`);
      if (!(values["after-deploy"] === true && refusal instanceof InputError)) {
        throw refusal;
      }
      print(`the stage ${stage.name} is deployed but was not pruned: ${refusal.message}`);
    }
  }
});
