import type { Stage } from "../stage";

/** Whether earlier deployments of a stage's API are kept and can be served again: only those of REST APIs are. */
export function keepsDeployments({ settings }: Pick<Stage, "settings">): boolean {
  return settings.api.kind === "rest";
}
