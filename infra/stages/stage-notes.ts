import { BACKEND_TIMEOUT_SECONDS } from "./schema/backend";
import type { Stage } from "./stage";

/** What is worth knowing of a stage's settings, one line for each, as `oathgate rules check` writes its notes. */
export function stageNotes({ name, settings }: Pick<Stage, "name" | "settings">): string[] {
  const { backendTimeoutSeconds, responseTransferMode } = settings;
  const { unasked } = BACKEND_TIMEOUT_SECONDS;
  return responseTransferMode === "buffered" && backendTimeoutSeconds > unasked
    ? [
        `note: stage \`${name}\`: backendTimeoutSeconds: above ${unasked} the account needs a higher quota "Maximum integration timeout in milliseconds" of API Gateway, without which the deployment fails; AWS may lower the account's throttle quota for it`,
      ]
    : [];
}
