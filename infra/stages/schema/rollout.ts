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
  "must be `allAtOnce`, or a shift such as `canary10Percent5Minutes` (10 percent of the requests, then all after 5 minutes) " +
  "or `linear10PercentEvery1Minute`";

/** How requests move to a new version, what stops that, and how many earlier deploys are kept. */
export const rollout = z.strictObject({
  /** `allAtOnce`, `canary<n>Percent<n>Minutes` or `linear<n>PercentEvery<n>Minutes`. @default allAtOnce */
  strategy: z
    .string(STRATEGY)
    .refine((text) => text === "allAtOnce" || trafficShift(text) !== undefined, STRATEGY)
    .refine((text) => {
      const shift = trafficShift(text);
      return shift === undefined || minutesOf(shift) <= MAX_SHIFT_MINUTES;
    }, `must not take longer than ${MAX_SHIFT_MINUTES} minutes in total, CodeDeploy's limit`)
    .default("allAtOnce"),
  /** The thresholds that stop a shift and roll it back, each over one minute of all requests of the stage. */
  alarms: z
    .strictObject({
      /** The percentage of decisions with the outcome `error`. @default 1 */
      errorPercent: wholeNumber(1, 100, "percent").default(DEFAULT_ROLLOUT_ALARMS.errorPercent),
      /** The percentage of decisions in which a service or a key set failed. @default 5 */
      upstreamFailurePercent: wholeNumber(1, 100, "percent").default(
        DEFAULT_ROLLOUT_ALARMS.upstreamFailurePercent,
      ),
      /** The 99th percentile of the decisions' duration, as a percentage of `timeoutSeconds`. @default 50 */
      latencyPercent: wholeNumber(1, 100, "percent").default(DEFAULT_ROLLOUT_ALARMS.latencyPercent),
    })
    .prefault({}),
  /** The number of earlier deploys that the stage can be rolled back to. @default 5 */
  keepVersions: wholeNumber(0, MAX_KEPT_VERSIONS, "deploys").default(5),
});
