import { z } from "zod";
import { wholeNumber } from "./values";

/** How long what session services say is believed without asking again. */
export const sessionCache = z
  .strictObject({
    /** Seconds a session is believed in after it was asked about; it may end that much later here than there. */
    ttlSeconds: wholeNumber(1, 3600, "seconds"),
    /** Seconds the answer that there is no session is believed in; 0 asks each time. @default 5, or less with `ttlSeconds` */
    negativeTtlSeconds: wholeNumber(0, 3600, "seconds").optional(),
    /** How many answers of each kind one environment of the function keeps. @default 1000 */
    maxEntries: wholeNumber(10, 10_000, "answers").default(1000),
  })
  .refine((cache) => (cache.negativeTtlSeconds ?? 0) <= cache.ttlSeconds, {
    path: ["negativeTtlSeconds"],
    message: "must not be longer than `ttlSeconds`",
  });
