import type { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { faultCode } from "../facts";
import { type GateMetrics, type MeasuredStage, WORKED_AROUND } from "./gate-metrics";

const SERVICE_FAILED = faultCode("service_failed");
const ANSWER_UNFIT = faultCode("answer_unfit");
const MISCONFIGURED = faultCode("misconfigured");

/** The fewest failures in a period for which a percentage is computed. */
const MIN_FAILURES = 5;

/** Props for `GateAlarms`. */
export interface GateAlarmsProps {
  readonly metrics: GateMetrics;
  /** The function's time-out. */
  readonly timeout: Duration;
  /** The API's stage, for an alarm on responses of 500 and above. @default no such alarm */
  readonly apiStage?: MeasuredStage;
  /** The topic that is notified when an alarm goes off and when it ends. @default none */
  readonly topic?: ITopic;
}

/** What one alarm watches. */
interface Watch {
  readonly metric: IMetric;
  /** The alarm goes off above this value. */
  readonly above: number;
  /** The number of consecutive periods. @default 1 */
  readonly periods?: number;
  /** What the alarm means and what to do about it. */
  readonly description: string;
}

/**
 * Alarms of one gate, each with a description of what to do. Ordinary refusals set off none of them: Lambda counts a 401 as an
 * error, so the metric `Errors` is used only after subtracting the 401s.
 *
 * Requires the authorizer's metrics (`metricsNamespace` of a stage, `metrics` of the construct).
 */
export class GateAlarms extends Construct {
  /** Every alarm. */
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: GateAlarmsProps) {
    super(scope, id);
    const { metrics } = props;
    const watched = {
      ...decisionAlarms(metrics),
      ...functionAlarms(metrics, props.timeout),
      ...(props.apiStage === undefined ? {} : apiAlarms(metrics, props.apiStage)),
    };
    this.all = Object.entries(watched).map(([name, watch]) => this.alarm(name, watch));
    if (props.topic !== undefined) {
      this.notify(props.topic);
    }
  }

  /** Notifies a topic when an alarm goes off and when it ends. */
  notify(topic: ITopic): void {
    const action = new SnsAction(topic);
    for (const alarm of this.all) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }

  private alarm(name: string, { metric, above, periods = 1, description }: Watch): Alarm {
    return new Alarm(this, name, {
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      // Without requests there are no data points, and the authorizer writes no data point for zero faults.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: description,
    });
  }
}

function decisionAlarms(metrics: GateMetrics): Record<string, Watch> {
  return {
    Undecided: {
      metric: percentage(metrics, metrics.decisions("error"), metrics.invocations()),
      above: 1,
      description:
        "More than 1 % of the requests could not be decided and were answered with 500. The log lines with " +
        '`"outcome":"error"` give the reason in `code` and `cause`. If it began with a deploy, deploy the previous revision.',
    },
    ServiceFailures: {
      metric: percentage(metrics, metrics.faults(SERVICE_FAILED), metrics.invocations()),
      above: 5,
      description:
        "More than 5 % of the decisions failed because a session, token or authorization service, or a key set, could " +
        "not be reached, did not respond in time or responded with an error. Those requests were refused. The log lines " +
        `with \`"code":"${SERVICE_FAILED}"\` name handler and cause: check that service, and the network path to it.`,
    },
    UnfitAnswers: {
      metric: percentage(metrics, metrics.faults(ANSWER_UNFIT), metrics.invocations()),
      above: 5,
      description:
        "More than 5 % of the decisions failed because the response of a service cannot be used, such as an HTML page " +
        `instead of JSON. Those requests were refused. The log lines with \`"code":"${ANSWER_UNFIT}"\` name handler and cause: ` +
        "compare the service's responses, and the URL in the configuration, with what the handler expects.",
    },
    NoSigningKey: {
      metric: metrics.faults(faultCode("no_signing_key")),
      above: 0,
      description:
        "Requests were refused because there is no key to sign tokens with. Check the secret that the stack's output " +
        "SigningKeysSecretArn names: it must contain a JSON Web Key Set with a private key, and the function's role must be " +
        "allowed to read it and to use its KMS key.",
    },
    KeySetNotRead: {
      metric: metrics.faults(WORKED_AROUND),
      above: 0,
      periods: 3,
      description:
        "A key set could not be refreshed for three consecutive periods; tokens are still verified with the last keys that " +
        "were read, until those expire. The log lines with `workedAround` name the key set's place in the configuration: " +
        "check the service that publishes it before tokens are refused.",
    },
    Misconfigured: {
      metric: metrics.faults(MISCONFIGURED),
      above: 0,
      description:
        "Requests matched a rule with a handler that is unknown, disabled or wrongly configured, and were answered with 500. " +
        `The log lines with \`"code":"${MISCONFIGURED}"\` name the rule: correct it and deploy.`,
    },
  };
}

function functionAlarms(metrics: GateMetrics, timeout: Duration): Record<string, Watch> {
  const seconds = timeout.toSeconds();
  return {
    NearTimeout: {
      metric: metrics.duration("p99"),
      above: 0.8 * timeout.toMilliseconds(),
      periods: 2,
      description:
        `One decision in a hundred takes more than 80 % of the function's time-out of ${seconds} seconds, for two ` +
        "consecutive periods; a decision that exceeds the time-out is refused. `stepMs` and `upstreamMs` of the log lines " +
        "show where the time goes, usually to a slow service. If it is the function itself, give it more memory.",
    },
    Throttled: {
      metric: metrics.throttles(),
      above: 0,
      description:
        "Lambda throttled the authorizer, and the requests were answered with 500. Raise the function's reserved " +
        "concurrency or the account's quota of concurrent executions, or throttle the API below it.",
    },
    FunctionErrors: {
      metric: new MathExpression({
        // Lambda counts each 401 as an error; undecided requests have an alarm of their own.
        expression: `IF(errors - FILL(unauthorized, 0) - FILL(undecided, 0) >= ${MIN_FAILURES}, 100 * (errors - FILL(unauthorized, 0) - FILL(undecided, 0)) / invocations, 0)`,
        usingMetrics: {
          errors: metrics.errors(),
          unauthorized: metrics.decisions("unauthorized"),
          undecided: metrics.decisions("error"),
          invocations: metrics.invocations(),
        },
        label: "errors without a decision, in %",
        period: metrics.period,
      }),
      above: 1,
      // A 401 and its error can be counted in two consecutive periods.
      periods: 2,
      description:
        "More than 1 % of the function's invocations ended without a decision, for two consecutive periods: it did not " +
        "start, ran out of memory or was stopped by Lambda. Those requests were answered with 500. The function's log " +
        "gives the reason. If it began with a deploy, deploy the previous revision; otherwise give it more memory.",
    },
  };
}

function apiAlarms(metrics: GateMetrics, stage: MeasuredStage): Record<string, Watch> {
  const { period } = metrics;
  return {
    ApiServerErrors: {
      metric: percentage(
        metrics,
        stage.metricServerError({ period, statistic: "Sum" }),
        stage.metricCount({ period }),
      ),
      above: 5,
      description:
        "More than 5 % of the requests were answered with 500 or above. If the alarm Undecided has not gone off, the " +
        "backend returned these errors or cannot be reached: check the backend and the API's access log.",
    },
  };
}

/** The percentage that failed; 0 below `MIN_FAILURES`. */
function percentage(metrics: GateMetrics, failed: IMetric, total: IMetric): IMetric {
  return new MathExpression({
    expression: `IF(failed >= ${MIN_FAILURES}, 100 * failed / total, 0)`,
    usingMetrics: { failed, total },
    label: "failed, in %",
    period: metrics.period,
  });
}
