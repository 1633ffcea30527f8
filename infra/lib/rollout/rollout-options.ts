import { InputError } from "../input-error";
import {
  DEFAULT_ROLLOUT_ALARMS,
  MAX_SHIFT_MINUTES,
  minutesOf,
  type RolloutAlarmOptions,
  type TrafficShift,
  trafficShift,
} from "./traffic-shift";

/** The most earlier deploys that are kept: an API has ten authorizers; one is served, and the next deploy creates one. */
export const MAX_KEPT_VERSIONS = 8;

/** How requests move to a new version, what stops that, and how many earlier deploys are kept. */
export interface RolloutOptions {
  /**
   * How requests move to a new version with the same header contract: `allAtOnce`, or a shift by CodeDeploy such as
   * `canary10Percent5Minutes` or `linear10PercentEvery1Minute`. A shift needs the gate's `metrics` for its alarms.
   * @default allAtOnce
   */
  readonly strategy?: string;
  /** The thresholds that stop a shift and roll it back. @default the defaults of `RolloutAlarmOptions` */
  readonly alarms?: RolloutAlarmOptions;
  /**
   * The number of earlier deploys, at most 8, whose deployment of the API, authorizer and version are kept, so that the API's
   * stage can be rolled back to them. CloudFormation does not delete older ones: with more than 0, something else has to, before
   * the API's quota of ten authorizers is reached.
   * @default 0: only earlier versions and their permissions are kept
   */
  readonly keepVersions?: number;
}

/** Rollout options, checked and with all defaults applied. */
export interface Rollout {
  /** `undefined` if all requests move at once. */
  readonly shift: TrafficShift | undefined;
  readonly alarms: Required<RolloutAlarmOptions>;
  readonly keepVersions: number;
}

/**
 * Checks rollout options.
 *
 * @param measured whether the gate has metrics, which the alarms need
 * @throws InputError if an option is not valid
 */
export function rolloutOf(options: RolloutOptions = {}, measured = false): Rollout {
  const { strategy = "allAtOnce", alarms = {}, keepVersions = 0 } = options;
  const shift = trafficShift(strategy);
  if (shift === undefined && strategy !== "allAtOnce") {
    throw new InputError(
      `\`rollout.strategy\` is \`${strategy}\`; it must be \`allAtOnce\`, or a shift such as \`canary10Percent5Minutes\` or \`linear10PercentEvery1Minute\``,
    );
  }
  if (shift !== undefined && minutesOf(shift) > MAX_SHIFT_MINUTES) {
    throw new InputError(
      `\`rollout.strategy\`: \`${strategy}\` takes longer than ${MAX_SHIFT_MINUTES} minutes, CodeDeploy's limit`,
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
