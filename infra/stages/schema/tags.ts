import { z } from "zod";

/** The most tags of a stack. */
const MAX_TAGS = 50;

/** Tags on every resource of the stack. */
export const tags = z
  .record(z.string(), z.string("must be text (put it in quotes)"), "must be a map")
  .superRefine((all, context) => {
    for (const [key, value] of Object.entries(all)) {
      const complaint = /^aws:/i.test(key)
        ? "must have a name that does not begin with `aws:`, which AWS reserves"
        : !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key)
          ? "must have a name of 1 to 128 letters, digits, spaces and `_.:/=+-@`"
          : !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value)
            ? "must have at most 256 letters, digits, spaces and `_.:/=+-@`"
            : undefined;
      if (complaint !== undefined) {
        context.addIssue({ code: "custom", path: [key], message: complaint });
      }
    }
    if (Object.keys(all).length > MAX_TAGS) {
      context.addIssue({ code: "custom", message: `must have at most ${MAX_TAGS} tags` });
    }
  });
