import { z } from "zod";
import { wholeNumber } from "./values";

/** The cache of session services' responses. */
export const sessionCache = z
  .strictObject({
    /** Time to live of a valid session, in seconds: a session that ends is accepted for up to this long. */
    ttlSeconds: wholeNumber(1, 3600, "seconds"),
    /** Time to live of the response that there is no session, in seconds; 0 does not cache it. @default 5, or `ttlSeconds` if shorter */
    negativeTtlSeconds: wholeNumber(0, 3600, "seconds").optional(),
    /** The most responses of each kind that one environment of the function caches. @default 1000 */
    maxEntries: wholeNumber(10, 10_000, "answers").default(1000),
  })
  .refine((cache) => (cache.negativeTtlSeconds ?? 0) <= cache.ttlSeconds, {
    path: ["negativeTtlSeconds"],
    message: "must not be longer than `ttlSeconds`",
  });
