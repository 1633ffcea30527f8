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
import type { GateMetrics, MeasuredStage } from "./gate-metrics";

/** How many must fail in a period before a share of them says something. */
const LEAST_FAILURES = 5;

/** Props for `GateAlarms`. */
export interface GateAlarmsProps {
  readonly metrics: GateMetrics;
  /** The function's time-out, which decisions are not to come near. */
  readonly timeout: Duration;
  /** The API's stage, for its answers of 500 and above. @default no alarm on them */
  readonly apiStage?: MeasuredStage;
  /** Who is told when an alarm goes off and when it is over. @default nobody */
  readonly topic?: ITopic;
}

/** What one alarm is about. */
interface Watch {
  readonly metric: IMetric;
  /** Goes off above this. */
  readonly above: number;
  /** Periods in a row. @default 1 */
  readonly periods?: number;
  /** What it means and what to do, for whoever is woken by it. */
  readonly description: string;
}

/**
 * Alarms of one gate, each with a description of what to do. Ordinary refusals trip none of them: a 401 is an error to
 * Lambda, so its metric `Errors` is never looked at without taking the 401s away.
 *
 * Needs the authorizer's metrics (`metricsNamespace` of a stage, `metrics` of the construct).
 */
export class GateAlarms extends Construct {
  /** Every alarm. */
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: GateAlarmsProps) {
    super(scope, id);
    const { metrics } = props;
    const watched = {
      ...aboutDecisions(metrics),
      ...aboutTheFunction(metrics, props.timeout),
      ...(props.apiStage === undefined ? {} : aboutTheApi(metrics, props.apiStage)),
    };
    this.all = Object.entries(watched).map(([name, watch]) => this.alarm(name, watch));
    if (props.topic !== undefined) {
      this.notify(props.topic);
    }
  }

  /** Tells a topic when an alarm goes off and when it is over. */
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
      // Without requests there is nothing to be measured, and the authorizer counts no fault as zero.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: description,
    });
  }
}

function aboutDecisions(metrics: GateMetrics): Record<string, Watch> {
  return {
    Undecided: {
      metric: percentage(metrics, metrics.decisions("error"), metrics.invocations()),
      above: 1,
      description:
        "More than 1 % of the requests could not be decided and were answered with 500. The log lines with " +
        '`"outcome":"error"` say why in `code` and `cause`. If it began with a deploy, deploy the revision before it.',
    },
    ServiceFailures: {
      metric: percentage(metrics, metrics.faults("service_failed"), metrics.invocations()),
      above: 5,
      description:
        "More than 5 % of the decisions failed because a session, token or authorization service, or a key set, could " +
        "not be reached, did not answer in time or answered with an error. Those requests were refused. The log lines " +
        'with `"code":"service_failed"` name handler and cause: look at that service, and at the way to it.',
    },
    UnfitAnswers: {
      metric: percentage(metrics, metrics.faults("answer_unfit"), metrics.invocations()),
      above: 5,
      description:
        "More than 5 % of the decisions failed because a service answered with something that cannot be used, such as " +
        'a page in place of JSON. Those requests were refused. The log lines with `"code":"answer_unfit"` name handler ' +
        "and cause: compare the service's answers, and the address that the configuration has, with what the handler expects.",
    },
    NoSigningKey: {
      metric: metrics.faults("no_signing_key"),
      above: 0,
      description:
        "Requests were refused because there is no key to sign tokens with. Look at the secret that the stack's output " +
        "SigningKeysSecretArn names: it must hold a JSON Web Key Set with a private key, and the function's role must be " +
        "able to read it and to use its KMS key.",
    },
    KeySetNotRead: {
      metric: metrics.faults("worked_around"),
      above: 0,
      periods: 3,
      description:
        "A key set could not be read anew for three periods in a row; tokens are still verified with the keys that were " +
        "read last, until those are too old. The log lines with `workedAround` name the key set's place in the " +
        "configuration: look at the service that publishes it before tokens are refused.",
    },
    Misconfigured: {
      metric: metrics.faults("misconfigured"),
      above: 0,
      description:
        "Requests reached a rule that names a handler which is unknown, disabled or wrongly configured, and were answered " +
        'with 500. The log lines with `"code":"misconfigured"` name the rule: correct it and deploy.',
    },
  };
}

function aboutTheFunction(metrics: GateMetrics, timeout: Duration): Record<string, Watch> {
  const seconds = timeout.toSeconds();
  return {
    NearTimeout: {
      metric: metrics.duration("p99"),
      above: 0.8 * timeout.toMilliseconds(),
      periods: 2,
      description:
        `One decision in a hundred takes more than 80 % of the ${seconds} seconds that the function has, for two ` +
        "periods in a row; what takes longer is refused. `stepMs` and `upstreamMs` of the log lines show where the time " +
        "goes: mostly a service that is slow. If it is the function itself, give it more memory.",
    },
    Throttled: {
      metric: metrics.throttles(),
      above: 0,
      description:
        "Lambda refused invocations of the authorizer, and the requests were answered with 500. Raise the function's " +
        "reserved concurrency, or the account's quota of concurrent executions; or throttle the API below it.",
    },
    FunctionErrors: {
      metric: new MathExpression({
        // Each 401 is an error to Lambda; what could not be decided has an alarm of its own.
        expression: `IF(errors - FILL(unauthorized, 0) - FILL(undecided, 0) >= ${LEAST_FAILURES}, 100 * (errors - FILL(unauthorized, 0) - FILL(undecided, 0)) / invocations, 0)`,
        usingMetrics: {
          errors: metrics.errors(),
          unauthorized: metrics.decisions("unauthorized"),
          undecided: metrics.decisions("error"),
          invocations: metrics.invocations(),
        },
        label: "errors that are no decisions, in %",
        period: metrics.period,
      }),
      above: 1,
      // A 401 and its error can be counted in two periods that follow each other.
      periods: 2,
      description:
        "More than 1 % of the function's invocations ended without a decision, for two periods in a row: it did not " +
        "start, ran out of memory or was ended by Lambda. Those requests were answered with 500. The function's log " +
        "says why. If it began with a deploy, deploy the revision before it; else give it more memory.",
    },
  };
}

function aboutTheApi(metrics: GateMetrics, stage: MeasuredStage): Record<string, Watch> {
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
        "More than 5 % of the requests were answered with 500 or above. If the alarm about undecided requests is quiet, " +
        "the backend answers so, or cannot be reached: look at it, and at the API's access log.",
    },
  };
}

/** How many of a hundred failed, and 0 where too few did to say anything. */
function percentage(metrics: GateMetrics, failed: IMetric, total: IMetric): IMetric {
  return new MathExpression({
    expression: `IF(failed >= ${LEAST_FAILURES}, 100 * failed / total, 0)`,
    usingMetrics: { failed, total },
    label: "failed, in %",
    period: metrics.period,
  });
}
