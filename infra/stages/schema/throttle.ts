import { z } from "zod";
import { wholeNumber } from "./values";

/** Requests a second that the whole API takes before it answers 429. */
export const throttle = z.strictObject({
  /** Steady requests a second. */
  rateLimit: wholeNumber(1, 1_000_000, "requests a second"),
  /** Requests at once. */
  burstLimit: wholeNumber(1, 1_000_000, "requests"),
});
