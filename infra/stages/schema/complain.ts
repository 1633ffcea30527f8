import type { z } from "zod";

/** Reports a mistake in the setting at a path; the message follows the setting's name. */
export type Complain = (path: readonly PropertyKey[], message: string) => void;

/** Returns the function by which a check of dependent settings reports mistakes. */
export function complainIn(context: z.core.$RefinementCtx): Complain {
  return (path, message) => context.addIssue({ code: "custom", path: [...path], message });
}
