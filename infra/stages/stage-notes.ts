import { BACKEND_TIMEOUT_SECONDS } from "./schema/backend";
import type { Stage } from "./stage";
import type { StageSettings } from "./stage-schema";

/** What is worth knowing of a stage's settings, one line for each, as `oathgate rules check` writes its notes. */
export function stageNotes({ name, settings }: Pick<Stage, "name" | "settings">): string[] {
  return [...longTimeout(settings), ...wayOutOfVpc(settings)].map(
    (note) => `note: stage \`${name}\`: ${note}`,
  );
}

function longTimeout({ backendTimeoutSeconds, responseTransferMode }: StageSettings): string[] {
  const { unasked } = BACKEND_TIMEOUT_SECONDS;
  return responseTransferMode === "buffered" && backendTimeoutSeconds > unasked
    ? [
        `backendTimeoutSeconds: above ${unasked} the account needs a higher quota "Maximum integration timeout in milliseconds" of API Gateway, without which the deployment fails; AWS may lower the account's throttle quota for it`,
      ]
    : [];
}

function wayOutOfVpc({ vpc }: StageSettings): string[] {
  return vpc === undefined
    ? []
    : [
        "vpc: the authorizer reaches Secrets Manager, and every service that the rules name, from these subnets alone: they need an interface endpoint for Secrets Manager or a way out by a NAT gateway, which is not looked at here",
      ];
}
