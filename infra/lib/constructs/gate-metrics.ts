import { Duration } from "aws-cdk-lib";
import { Metric, type MetricOptions } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";

/** The result of a decision: the dimension `outcome` of the authorizer's metrics. */
export type Outcome = "allow" | "deny" | "unauthorized" | "error";

/** Every outcome. */
export const OUTCOMES: readonly Outcome[] = ["allow", "deny", "unauthorized", "error"];

/** The fault of decisions that used keys which could not be refreshed. Unlike the others it is not a reason code. */
export const WORKED_AROUND = "worked_around";

/** Props for `GateMetrics`. */
export interface GateMetricsProps {
  /** The CloudWatch namespace that the authorizer writes its metrics to. */
  readonly namespace: string;
  /** The dimension `stage` of those metrics. */
  readonly stage: string;
  /** The function that decides. */
  readonly function: IFunction;
  /** The period of each data point. @default 5 minutes */
  readonly period?: Duration;
}

/** The metrics of one gate: those that the authorizer writes (`docs/logs.md`), and those of Lambda for its function. */
export class GateMetrics {
  constructor(private readonly props: GateMetricsProps) {}

  /** The number of decisions of one outcome. Without any there is no data point. */
  decisions(outcome: Outcome): Metric {
    return this.own("decisions", { outcome }, { statistic: "Sum", label: outcome });
  }

  /** The duration of decisions of one outcome, in milliseconds. */
  milliseconds(outcome: Outcome, statistic: string): Metric {
    return this.own("ms", { outcome }, { statistic, label: `${outcome} ${statistic}` });
  }

  /** The duration of service requests during decisions of one outcome, in milliseconds. */
  upstreamMilliseconds(outcome: Outcome, statistic: string): Metric {
    return this.own("upstreamMs", { outcome }, { statistic, label: `${outcome} ${statistic}` });
  }

  /** The number of decisions that need an operator's attention, by cause. Without any there is no data point. */
  faults(fault: string): Metric {
    return this.own("faults", { fault }, { statistic: "Sum", label: fault });
  }

  /** The number of invocations of the function, including those that ended without a decision. */
  invocations(): Metric {
    return this.props.function.metricInvocations(this.options({ statistic: "Sum" }));
  }

  /** The number of invocations that ended with an error. Each 401 is one. */
  errors(): Metric {
    return this.props.function.metricErrors(this.options({ statistic: "Sum" }));
  }

  /** The number of invocations that Lambda throttled; API Gateway responds to them with 500. */
  throttles(): Metric {
    return this.props.function.metricThrottles(this.options({ statistic: "Sum" }));
  }

  /** The duration of an invocation as Lambda measures it, in milliseconds. */
  duration(statistic: string): Metric {
    return this.props.function.metricDuration(this.options({ statistic }));
  }

  /** The number of environments of the function that were deciding at the same time. */
  concurrency(): Metric {
    return this.props.function.metric("ConcurrentExecutions", this.options({ statistic: "Maximum" }));
  }

  /** The period of each data point. */
  get period(): Duration {
    return this.props.period ?? Duration.minutes(5);
  }

  private own(metricName: string, dimensions: Record<string, string>, options: MetricOptions): Metric {
    const { namespace, stage } = this.props;
    return new Metric({
      namespace,
      metricName,
      dimensionsMap: { stage, ...dimensions },
      ...this.options(options),
    });
  }

  private options(options: MetricOptions): MetricOptions {
    return { period: this.period, ...options };
  }
}

/** The metrics of an API's stage, which CDK's stages of REST and HTTP APIs provide. */
export interface MeasuredStage {
  metricCount(options?: MetricOptions): Metric;
  metricClientError(options?: MetricOptions): Metric;
  metricServerError(options?: MetricOptions): Metric;
  metricLatency(options?: MetricOptions): Metric;
  metricIntegrationLatency(options?: MetricOptions): Metric;
}
