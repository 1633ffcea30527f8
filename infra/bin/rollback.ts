#!/usr/bin/env tsx
import { parseArgs } from "node:util";
import { InputError } from "../lib/input-error";
import { controlPlaneOf, refusedByAws } from "../stages/deployed/control-plane";
import { keepsDeployments } from "../stages/deployed/keeps-deployments";
import { listCandidates, rollback } from "../stages/deployed/rollback";
import { runCommand, stageAndFlags } from "../stages/run-command";
import { stackNameOf } from "../stages/stack-name";

/** `rollback STAGE [--to ID | --list] [CDK_FLAGS…]`: serves another deployment of the stage, or lists them, without a build. */
runCommand(async (print) => {
  const { values } = parseArgs({
    options: { to: { type: "string" }, list: { type: "boolean" } },
    allowPositionals: true,
    strict: false,
  });
  const { stage, flags } = stageAndFlags(process.argv.slice(2));
  const stackName = stackNameOf(stage);
  if (!keepsDeployments(stage)) {
    throw new InputError(
      `the stage \`${stage.name}\` has an API of the kind \`${stage.settings.api.kind}\`, and only REST APIs can be rolled back: ` +
        "deploy the earlier revision instead",
    );
  }
  const control = await controlPlaneOf(stage, flags, process.env);
  try {
    if (values.list === true) {
      for (const line of await listCandidates(control, stackName, stage.name)) {
        print(line);
      }
    } else {
      const to = typeof values.to === "string" && values.to !== "" ? values.to : undefined;
      await rollback(control, { stackName, stageName: stage.name, to }, print);
    }
  } catch (error) {
    throw refusedByAws(error, `rollback of the stage ${stage.name}`);
  }
});
