/** How requests move from one version of the function to the next. */
export interface TrafficShift {
  /** `canary`: some of the requests first, then all; `linear`: in equal steps. */
  readonly kind: "canary" | "linear";
  /** Percent of the requests, in the first step or in each, 1 to 99. */
  readonly percent: number;
  /** Minutes until all requests move, or between two steps. */
  readonly minutes: number;
}

/**
 * Parses a strategy such as `canary10Percent5Minutes` or `linear10PercentEvery1Minute`; `undefined` for `allAtOnce` and for any
 * other text.
 */
export function trafficShift(strategy: string): TrafficShift | undefined {
  const found = /^(?:canary([1-9]\d?)Percent|linear([1-9]\d?)PercentEvery)([1-9]\d{0,3})Minutes?$/.exec(
    strategy,
  );
  if (found === null) {
    return undefined;
  }
  const [, canary, linear, minutes] = found;
  return {
    kind: canary === undefined ? "linear" : "canary",
    percent: Number(canary ?? linear),
    minutes: Number(minutes),
  };
}

/** The longest duration of a deployment of a function by CodeDeploy, in minutes. */
export const MAX_SHIFT_MINUTES = 2880;

/** The minutes until all requests go to the new version. */
export function minutesOf({ kind, percent, minutes }: TrafficShift): number {
  return kind === "canary" ? minutes : (Math.ceil(100 / percent) - 1) * minutes;
}

/** The names of CodeDeploy's predefined configurations for functions, without their prefix. */
const PREDEFINED = new Set([
  "Canary10Percent5Minutes",
  "Canary10Percent10Minutes",
  "Canary10Percent15Minutes",
  "Canary10Percent30Minutes",
  "Linear10PercentEvery1Minute",
  "Linear10PercentEvery2Minutes",
  "Linear10PercentEvery3Minutes",
  "Linear10PercentEvery10Minutes",
]);

/** The name of CodeDeploy's predefined configuration for a shift; `undefined` if the stack has to create one. */
export function predefinedConfiguration({ kind, percent, minutes }: TrafficShift): string | undefined {
  const unit = minutes === 1 ? "Minute" : "Minutes";
  const name =
    kind === "canary"
      ? `Canary${percent}Percent${minutes}${unit}`
      : `Linear${percent}PercentEvery${minutes}${unit}`;
  return PREDEFINED.has(name) ? `CodeDeployDefault.Lambda${name}` : undefined;
}

/** Thresholds that stop a shift and roll it back, each over one minute of all requests of the stage. */
export interface RolloutAlarmOptions {
  /** The percentage of decisions with the outcome `error`. @default 1 */
  readonly errorPercent?: number;
  /** The percentage of decisions in which a service or a key set failed. @default 5 */
  readonly upstreamFailurePercent?: number;
  /** The 99th percentile of the decisions' duration, as a percentage of the function's time-out. @default 50 */
  readonly latencyPercent?: number;
}

/** The default thresholds. */
export const DEFAULT_ROLLOUT_ALARMS: Required<RolloutAlarmOptions> = {
  errorPercent: 1,
  upstreamFailurePercent: 5,
  latencyPercent: 50,
};
