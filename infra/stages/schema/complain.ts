import type { z } from "zod";

/** Says what is wrong with the setting at a path, in words that follow the setting's name. */
export type Complain = (path: readonly PropertyKey[], message: string) => void;

/** How a check of settings that depend on each other says what is wrong. */
export function complainIn(context: z.core.$RefinementCtx): Complain {
  return (path, message) => context.addIssue({ code: "custom", path: [...path], message });
}
