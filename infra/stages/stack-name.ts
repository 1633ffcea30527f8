import type { Stage } from "./stage";

/** The name of a stage's stack. */
export function stackNameOf({ name }: Pick<Stage, "name">): string {
  return `oathgate-${name}`;
}
