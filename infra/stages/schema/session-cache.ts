import { z } from "zod";
import { SESSION_CACHE } from "../../lib/facts";
import { wholeNumberOf } from "./values";

/** The cache of session services' responses. */
export const sessionCache = z
  .strictObject({
    /** Time to live of a valid session, in seconds: a session that ends is accepted for up to this long. */
    ttlSeconds: wholeNumberOf(SESSION_CACHE.ttlSeconds, "seconds"),
    /** Time to live of the response that there is no session, in seconds; 0 does not cache it. @default 5, or `ttlSeconds` if shorter */
    negativeTtlSeconds: wholeNumberOf(SESSION_CACHE.negativeTtlSeconds, "seconds").optional(),
    /** The most responses of each kind that one environment of the function caches. @default 1000 */
    maxEntries: wholeNumberOf(SESSION_CACHE.maxEntries, "responses").default(
      SESSION_CACHE.maxEntries.default,
    ),
  })
  .refine((cache) => (cache.negativeTtlSeconds ?? 0) <= cache.ttlSeconds, {
    path: ["negativeTtlSeconds"],
    message: "must not be longer than `ttlSeconds`",
  });
