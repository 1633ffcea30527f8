import { z } from "zod";
import { MAX_KEPT_VERSIONS } from "../../lib/rollout/rollout-options";
import {
  DEFAULT_ROLLOUT_ALARMS,
  MAX_SHIFT_MINUTES,
  minutesOf,
  trafficShift,
} from "../../lib/rollout/traffic-shift";
import { wholeNumber } from "./values";

const STRATEGY =
  "must be `allAtOnce`, such as `canary10Percent5Minutes` (10 percent of the requests, after 5 minutes all), or such as " +
  "`linear10PercentEvery1Minute`";

/** How a new version takes over, what stops it, and how many earlier ones stay. */
export const rollout = z.strictObject({
  /** `allAtOnce`, `canary<n>Percent<n>Minutes` or `linear<n>PercentEvery<n>Minutes`. @default allAtOnce */
  strategy: z
    .string(STRATEGY)
    .refine((text) => text === "allAtOnce" || trafficShift(text) !== undefined, STRATEGY)
    .refine((text) => {
      const shift = trafficShift(text);
      return shift === undefined || minutesOf(shift) <= MAX_SHIFT_MINUTES;
    }, `must not take longer than ${MAX_SHIFT_MINUTES} minutes in all, which is as long as CodeDeploy goes on`)
    .default("allAtOnce"),
  /** What stops a shift and takes it back. */
  alarms: z
    .strictObject({
      /** Percent of the decisions of a minute that end in `error`. @default 1 */
      errorPercent: wholeNumber(1, 100, "percent").default(DEFAULT_ROLLOUT_ALARMS.errorPercent),
      /** Percent of the decisions of a minute in which a service or a key set failed. @default 5 */
      upstreamFailurePercent: wholeNumber(1, 100, "percent").default(
        DEFAULT_ROLLOUT_ALARMS.upstreamFailurePercent,
      ),
      /** Percent of `timeoutSeconds` that the slowest hundredth of decisions takes. @default 50 */
      latencyPercent: wholeNumber(1, 100, "percent").default(DEFAULT_ROLLOUT_ALARMS.latencyPercent),
    })
    .prefault({}),
  /** Earlier deploys that the stage can be rolled back to. @default 5 */
  keepVersions: wholeNumber(0, MAX_KEPT_VERSIONS, "deploys").default(5),
});
