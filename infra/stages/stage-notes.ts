import { BACKEND_TIMEOUT_SECONDS } from "./schema/backend";
import type { Stage } from "./stage";
import type { StageSettings } from "./stage-schema";

/** Notes on a stage's settings, one line each, in the format of `oathgate rules check`. */
export function stageNotes({ name, settings }: Pick<Stage, "name" | "settings">): string[] {
  return [...longTimeout(settings), ...routesOutOfVpc(settings)].map(
    (note) => `note: stage \`${name}\`: ${note}`,
  );
}

function longTimeout({ backendTimeoutSeconds, responseTransferMode }: StageSettings): string[] {
  const { withoutQuota } = BACKEND_TIMEOUT_SECONDS;
  return responseTransferMode === "buffered" && backendTimeoutSeconds > withoutQuota
    ? [
        `backendTimeoutSeconds: more than ${withoutQuota} seconds need a higher quota "Maximum integration timeout in milliseconds" of API Gateway, or the deployment fails; AWS may lower the account's throttle quota in exchange`,
      ]
    : [];
}

function routesOutOfVpc({ vpc }: StageSettings): string[] {
  return vpc === undefined
    ? []
    : [
        "vpc: the authorizer reaches Secrets Manager and all services of the rules only from these subnets: they need an interface endpoint for Secrets Manager or a NAT gateway, which is not checked",
      ];
}
