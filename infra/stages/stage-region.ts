import { InputError } from "../lib/input-error";
import { misplaced, placedArns } from "./schema/placed-arns";
import { ownReplica } from "./schema/replica-regions";
import type { Stage } from "./stage";

/**
 * Checks that the resources in a stage's settings are in the region and account that it is deployed to. If the stage does not
 * set these, CDK's command line provides those of the current credentials.
 *
 * @throws InputError if the deployment could not use one of the resources
 */
export function checkRegion(stage: Stage, environment: NodeJS.ProcessEnv = process.env): void {
  const region = stage.settings.region ?? (environment.CDK_DEFAULT_REGION || undefined);
  const account = stage.settings.account ?? (environment.CDK_DEFAULT_ACCOUNT || undefined);
  if (ownReplica(stage.settings.signingKeys.replicaRegions, region) !== undefined) {
    throw new InputError(
      `\`signingKeys.replicaRegions\` of the stage \`${stage.name}\` names ${region}, the region that the stage is deployed to: remove it`,
    );
  }
  for (const named of placedArns(stage.settings)) {
    const wrong = misplaced(named, { region, account });
    if (wrong !== undefined) {
      const { is, setting } = wrong;
      throw new InputError(
        `\`${named.path.join(".")}\` of the stage \`${stage.name}\` is ${named.what} in ${is}, but the stage is deployed to ${setting === "region" ? region : account}: name ${named.what} in that ${setting}, or set \`${setting}\``,
      );
    }
  }
}
