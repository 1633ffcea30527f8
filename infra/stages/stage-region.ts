import { InputError } from "../lib/input-error";
import { misplaced, placedArns } from "./schema/placed-arns";
import { ownReplica } from "./schema/replica-regions";
import type { Stage } from "./stage";

/**
 * Refuses what a stage names in another region or account than it is deployed to, where the stage names neither: the CDK
 * command line says then which the credentials in use are for.
 *
 * @throws InputError where the deployment could not use one of them
 */
export function checkRegion(stage: Stage, environment: NodeJS.ProcessEnv = process.env): void {
  const region = stage.settings.region ?? (environment.CDK_DEFAULT_REGION || undefined);
  const account = stage.settings.account ?? (environment.CDK_DEFAULT_ACCOUNT || undefined);
  if (ownReplica(stage.settings.signingKeys.replicaRegions, region) !== undefined) {
    throw new InputError(
      `\`signingKeys.replicaRegions\` of the stage \`${stage.name}\` names ${region}, and the stage is deployed there: name other regions`,
    );
  }
  for (const named of placedArns(stage.settings)) {
    const wrong = misplaced(named, { region, account });
    if (wrong !== undefined) {
      const { is, setting } = wrong;
      throw new InputError(
        `\`${named.path.join(".")}\` of the stage \`${stage.name}\` is ${named.what} of ${is}, and the stage is deployed to ${setting === "region" ? region : account}: name ${named.what} of that ${setting}, or set \`${setting}\``,
      );
    }
  }
}
