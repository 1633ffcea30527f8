import { Duration } from "aws-cdk-lib";
import { Alarm, type IMetric, MathExpression, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { FilterPattern, type ILogGroup, MetricFilter } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { GateMetrics } from "../constructs/gate-metrics";
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

/** The shortest period that the metrics have: a shift takes a few of them. */
const PERIOD = Duration.minutes(1);

/**
 * The alarms that stop a shift: decisions that could not be made, services that failed, environments that ended by
 * themselves, decisions that come near the time-out, invocations that Lambda refused.
 *
 * They go off after one bad minute, unlike those that call a person. None of them looks at Lambda's `Errors`, which counts
 * each 401, nor at how many requests are refused: clients can make any share of the requests a 401 or 403.
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
        "Percent of the requests for which a service failed, or answered with something that cannot be used",
        new MathExpression({
          expression: "100 * (FILL(failed, 0) + FILL(unfit, 0)) / invocations",
          usingMetrics: {
            failed: metrics.faults("service_failed"),
            unfit: metrics.faults("answer_unfit"),
            invocations,
          },
          period: PERIOD,
        }),
        thresholds.upstreamFailurePercent,
      ),
      this.alarm(
        "Latency",
        "Milliseconds that the slowest hundredth of the decisions takes",
        metrics.duration(Stats.percentile(99)),
        (timeout.toMilliseconds() * thresholds.latencyPercent) / 100,
      ),
      this.alarm("Crashes", "Environments of the function that ended by themselves", this.crashes(props), 1),
      this.alarm("Throttles", "Invocations that Lambda refused", metrics.throttles(), 1),
    ];
  }

  private alarm(id: string, alarmDescription: string, metric: IMetric, threshold: number): Alarm {
    return new Alarm(this, id, {
      alarmDescription: `${alarmDescription}; stops a rollout`,
      metric,
      threshold,
      evaluationPeriods: 1,
      // A minute without requests is no reason to go back.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /**
   * Counts what Lambda itself writes into the function's log when an environment ends or a decision takes too long: a
   * decision that was never finished has no metrics of its own. The dimensions of such a metric can't be fixed texts, so
   * the stage is part of its name.
   */
  private crashes({ logGroup, namespace, stage }: RolloutAlarmsProps): IMetric {
    const filter = new MetricFilter(this, "CrashesInLog", {
      logGroup,
      filterPattern: FilterPattern.anyTerm(
        "Task timed out",
        "Runtime exited",
        "Runtime.ExitError",
        "Status: timeout",
        // Where the function's system log is JSON.
        '"status":"timeout"',
      ),
      metricNamespace: namespace,
      metricName: `crashes.${stage}`,
      metricValue: "1",
    });
    return filter.metric({ statistic: Stats.SUM, period: PERIOD });
  }
}
