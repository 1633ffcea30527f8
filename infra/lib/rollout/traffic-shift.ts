/** How requests move from one version of the function to the next. */
export interface TrafficShift {
  /** `canary`: a part of the requests first, then all; `linear`: part by part. */
  readonly kind: "canary" | "linear";
  /** Percent of the requests, in the first step or in each, 1 to 99. */
  readonly percent: number;
  /** Minutes until all requests move, or between two steps. */
  readonly minutes: number;
}

/**
 * The shift that a strategy names, such as `canary10Percent5Minutes` or `linear10PercentEvery1Minute`; nothing for `allAtOnce`
 * and for what is not a strategy.
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

/** Minutes that CodeDeploy lets a deployment of a function take. */
export const MAX_SHIFT_MINUTES = 2880;

/** Minutes until all requests go to the new version. */
export function minutesOf({ kind, percent, minutes }: TrafficShift): number {
  return kind === "canary" ? minutes : (Math.ceil(100 / percent) - 1) * minutes;
}

/** The configurations for functions that CodeDeploy has by itself, by how they are written here. */
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

/** The name of CodeDeploy's own configuration for a shift; nothing where a stack has to make one. */
export function predefinedConfiguration({ kind, percent, minutes }: TrafficShift): string | undefined {
  const unit = minutes === 1 ? "Minute" : "Minutes";
  const name =
    kind === "canary"
      ? `Canary${percent}Percent${minutes}${unit}`
      : `Linear${percent}PercentEvery${minutes}${unit}`;
  return PREDEFINED.has(name) ? `CodeDeployDefault.Lambda${name}` : undefined;
}

/** What stops a shift and takes it back: thresholds for a minute of all the stage's requests. */
export interface RolloutAlarmOptions {
  /** Percent of the decisions that end in `error`. @default 1 */
  readonly errorPercent?: number;
  /** Percent of the decisions in which a service or a key set failed. @default 5 */
  readonly upstreamFailurePercent?: number;
  /** Percent of the function's time-out that the slowest hundredth of the decisions takes. @default 50 */
  readonly latencyPercent?: number;
}

/** The thresholds that hold where none are given. */
export const DEFAULT_ROLLOUT_ALARMS: Required<RolloutAlarmOptions> = {
  errorPercent: 1,
  upstreamFailurePercent: 5,
  latencyPercent: 50,
};
