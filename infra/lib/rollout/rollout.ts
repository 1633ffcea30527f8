import type { Duration } from "aws-cdk-lib";
import type { Version } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { MetricsOptions } from "../oathgate-props";
import { RolloutAlarms } from "./rollout-alarms";
import type { Rollout } from "./rollout-options";
import { ShiftedAlias } from "./shifted-alias";

/** Props for `shiftedAlias`. */
export interface ShiftedAliasOfGate {
  readonly rollout: Rollout;
  /** The digest of the gate's header contract. */
  readonly contract: string;
  readonly version: Version;
  /** The gate's metrics; `rolloutOf` requires them for a shift. */
  readonly metrics: MetricsOptions | undefined;
  /** The log of the function. */
  readonly logGroup: ILogGroup;
  /** The function's time-out. */
  readonly timeout: Duration;
}

/** The alias by which a gate's requests are shifted, with the alarms that stop a shift; `undefined` if they move at once. */
export function shiftedAlias(scope: Construct, props: ShiftedAliasOfGate): ShiftedAlias | undefined {
  const { rollout, contract, version, metrics, logGroup, timeout } = props;
  if (rollout.shift === undefined || metrics === undefined) {
    return undefined;
  }
  const shifting = new Construct(scope, "Rollout");
  const { alarms } = new RolloutAlarms(shifting, "Alarms", {
    ...metrics,
    function: version.lambda,
    logGroup,
    timeout,
    thresholds: rollout.alarms,
  });
  return new ShiftedAlias(shifting, "Shift", { version, contract, shift: rollout.shift, alarms });
}
