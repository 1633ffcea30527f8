import { Duration } from "aws-cdk-lib";
import { Alarm, type IMetric, MathExpression, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { FilterPattern, type ILogGroup, MetricFilter } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { GateMetrics } from "../constructs/gate-metrics";
import { faultCode } from "../facts";
import type { RolloutAlarmOptions } from "./traffic-shift";

/** Props for `RolloutAlarms`. */
export interface RolloutAlarmsProps {
  /** The function that decides. */
  readonly function: IFunction;
  /** Its log. */
  readonly logGroup: ILogGroup;
  /** The function's time-out. */
  readonly timeout: Duration;
  /** The CloudWatch namespace of the authorizer's metrics. */
  readonly namespace: string;
  /** The dimension `stage` of those metrics. */
  readonly stage: string;
  readonly thresholds: Required<RolloutAlarmOptions>;
}

/** The shortest period of the metrics: a shift takes several of them. */
const PERIOD = Duration.minutes(1);

/**
 * The alarms that stop a shift: undecided requests, failed services, crashed environments, decisions near the time-out, and
 * invocations that Lambda throttled.
 *
 * They go off after one bad minute, unlike those that notify a person. None of them uses Lambda's `Errors`, which counts each
 * 401, or the number of refused requests: clients can turn any share of the requests into a 401 or 403.
 */
export class RolloutAlarms extends Construct {
  /** All of them. */
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: RolloutAlarmsProps) {
    super(scope, id);
    const { thresholds, timeout } = props;
    const metrics = new GateMetrics({ ...props, period: PERIOD });
    const invocations = metrics.invocations();

    this.alarms = [
      this.alarm(
        "Undecided",
        "Percent of the requests that could not be decided",
        new MathExpression({
          expression: "100 * undecided / invocations",
          usingMetrics: { undecided: metrics.decisions("error"), invocations },
          period: PERIOD,
        }),
        thresholds.errorPercent,
      ),
      this.alarm(
        "UpstreamFailures",
        "Percent of the requests for which a service failed or sent a response that cannot be used",
        new MathExpression({
          expression: "100 * (FILL(failed, 0) + FILL(unfit, 0)) / invocations",
          usingMetrics: {
            failed: metrics.faults(faultCode("service_failed")),
            unfit: metrics.faults(faultCode("answer_unfit")),
            invocations,
          },
          period: PERIOD,
        }),
        thresholds.upstreamFailurePercent,
      ),
      this.alarm(
        "Latency",
        "99th percentile of the duration of decisions, in milliseconds",
        metrics.duration(Stats.percentile(99)),
        (timeout.toMilliseconds() * thresholds.latencyPercent) / 100,
      ),
      this.alarm("Crashes", "Environments of the function that crashed or timed out", this.crashes(props), 1),
      this.alarm("Throttles", "Invocations that Lambda throttled", metrics.throttles(), 1),
    ];
  }

  private alarm(id: string, alarmDescription: string, metric: IMetric, threshold: number): Alarm {
    return new Alarm(this, id, {
      alarmDescription: `${alarmDescription}; stops a rollout`,
      metric,
      threshold,
      evaluationPeriods: 1,
      // A minute without requests does not stop a rollout.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /**
   * Counts the lines that Lambda writes into the function's log when an environment crashes or times out: an unfinished decision
   * has no metrics of its own. Metric filters do not support constant dimensions, so the stage is part of the metric's name.
   */
  private crashes({ logGroup, namespace, stage }: RolloutAlarmsProps): IMetric {
    const filter = new MetricFilter(this, "CrashesInLog", {
      logGroup,
      filterPattern: FilterPattern.anyTerm(
        "Task timed out",
        "Runtime exited",
        "Runtime.ExitError",
        "Status: timeout",
        // If the function's system log is JSON.
        '"status":"timeout"',
      ),
      metricNamespace: namespace,
      metricName: `crashes.${stage}`,
      metricValue: "1",
    });
    return filter.metric({ statistic: Stats.SUM, period: PERIOD });
  }
}
