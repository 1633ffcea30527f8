import type { Stage } from "../stage";

/** Whether a stage's API is of the kind whose earlier deployments are kept, and can be served again. */
export function keepsDeployments({ settings }: Pick<Stage, "settings">): boolean {
  return settings.api.kind === "rest";
}
