import { InputError } from "../input-error";
import {
  DEFAULT_ROLLOUT_ALARMS,
  MAX_SHIFT_MINUTES,
  minutesOf,
  type RolloutAlarmOptions,
  type TrafficShift,
  trafficShift,
} from "./traffic-shift";

/** Earlier deploys that are kept at most: an API has ten authorizers, one is served and one is made by the next deploy. */
export const MAX_KEPT_VERSIONS = 8;

/** How a new version takes over, what stops it, and how many earlier ones stay. */
export interface RolloutOptions {
  /**
   * How requests move to a new version that keeps the contract of headers: `allAtOnce`, or a shift by CodeDeploy such as
   * `canary10Percent5Minutes` or `linear10PercentEvery1Minute`. A shift needs the gate's `metrics`, for its alarms.
   * @default allAtOnce
   */
  readonly strategy?: string;
  /** What stops a shift and takes it back. @default the thresholds of `RolloutAlarmOptions` */
  readonly alarms?: RolloutAlarmOptions;
  /**
   * Earlier deploys, at most 8, whose deployment of the API, authorizer and version stay when they are replaced, so that the
   * API's stage can be pointed back to them. CloudFormation does not delete those beyond: with more than 0, something else has
   * to, or the API's quota of ten authorizers is used up.
   * @default 0: earlier versions and their permissions stay, nothing else
   */
  readonly keepVersions?: number;
}

/** Rollout options, checked and with every default filled in. */
export interface Rollout {
  /** Nothing where all requests move at once. */
  readonly shift: TrafficShift | undefined;
  readonly alarms: Required<RolloutAlarmOptions>;
  readonly keepVersions: number;
}

/**
 * Checks rollout options.
 *
 * @param measured whether the gate has metrics, for alarms to look at
 * @throws InputError for what can't be right
 */
export function rolloutOf(options: RolloutOptions = {}, measured = false): Rollout {
  const { strategy = "allAtOnce", alarms = {}, keepVersions = 0 } = options;
  const shift = trafficShift(strategy);
  if (shift === undefined && strategy !== "allAtOnce") {
    throw new InputError(
      `\`rollout.strategy\` is \`${strategy}\`; it must be \`allAtOnce\`, such as \`canary10Percent5Minutes\`, or such as \`linear10PercentEvery1Minute\``,
    );
  }
  if (shift !== undefined && minutesOf(shift) > MAX_SHIFT_MINUTES) {
    throw new InputError(
      `\`rollout.strategy\`: \`${strategy}\` takes longer than ${MAX_SHIFT_MINUTES} minutes, which is as long as CodeDeploy goes on`,
    );
  }
  if (shift !== undefined && !measured) {
    throw new InputError(
      `\`rollout.strategy\`: \`${strategy}\` needs \`metrics\`: without metrics no alarm can stop it`,
    );
  }
  if (!Number.isInteger(keepVersions) || keepVersions < 0 || keepVersions > MAX_KEPT_VERSIONS) {
    throw new InputError(
      `\`rollout.keepVersions\` is ${keepVersions}; it must be a whole number from 0 to ${MAX_KEPT_VERSIONS}`,
    );
  }
  const thresholds = { ...DEFAULT_ROLLOUT_ALARMS, ...alarms };
  for (const [name, percent] of Object.entries(thresholds)) {
    if (!(percent > 0 && percent <= 100)) {
      throw new InputError(
        `\`rollout.alarms.${name}\` is ${percent}; it must be more than 0 and at most 100 percent`,
      );
    }
  }
  return { shift, alarms: thresholds, keepVersions };
}
