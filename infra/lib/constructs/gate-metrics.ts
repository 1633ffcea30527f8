import { Duration } from "aws-cdk-lib";
import { Metric, type MetricOptions } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";

/** What API Gateway was answered: the dimension `outcome` of the authorizer's metrics. */
export type Outcome = "allow" | "deny" | "unauthorized" | "error";

/** Every outcome. */
export const OUTCOMES: readonly Outcome[] = ["allow", "deny", "unauthorized", "error"];

/** Props for `GateMetrics`. */
export interface GateMetricsProps {
  /** The CloudWatch namespace that the authorizer writes its metrics to. */
  readonly namespace: string;
  /** The dimension `stage` of those metrics. */
  readonly stage: string;
  /** The function that decides. */
  readonly function: IFunction;
  /** What each data point covers. @default 5 minutes */
  readonly period?: Duration;
}

/** The metrics of one gate: those that the authorizer writes (`docs/logs.md`), and Lambda's own of its function. */
export class GateMetrics {
  constructor(private readonly props: GateMetricsProps) {}

  /** Decisions of one outcome. Missing, not zero, where there were none. */
  decisions(outcome: Outcome): Metric {
    return this.own("decisions", { outcome }, { statistic: "Sum", label: outcome });
  }

  /** Milliseconds that decisions of one outcome took. */
  milliseconds(outcome: Outcome, statistic: string): Metric {
    return this.own("ms", { outcome }, { statistic, label: `${outcome} ${statistic}` });
  }

  /** Milliseconds that services took to answer, where decisions of one outcome asked them. */
  upstreamMilliseconds(outcome: Outcome, statistic: string): Metric {
    return this.own("upstreamMs", { outcome }, { statistic, label: `${outcome} ${statistic}` });
  }

  /** Decisions that an operator has to look at, by their cause. Missing, not zero, where there were none. */
  faults(fault: string): Metric {
    return this.own("faults", { fault }, { statistic: "Sum", label: fault });
  }

  /** Invocations of the function: decisions, and those that ended without one. */
  invocations(): Metric {
    return this.props.function.metricInvocations(this.options({ statistic: "Sum" }));
  }

  /** Invocations that ended with an error. Each 401 is one. */
  errors(): Metric {
    return this.props.function.metricErrors(this.options({ statistic: "Sum" }));
  }

  /** Invocations that Lambda refused for want of concurrency; API Gateway answers them with 500. */
  throttles(): Metric {
    return this.props.function.metricThrottles(this.options({ statistic: "Sum" }));
  }

  /** Milliseconds that an invocation took, as Lambda measures it. */
  duration(statistic: string): Metric {
    return this.props.function.metricDuration(this.options({ statistic }));
  }

  /** Environments of the function that were deciding at the same time. */
  concurrency(): Metric {
    return this.props.function.metric("ConcurrentExecutions", this.options({ statistic: "Maximum" }));
  }

  /** What each data point of these metrics covers. */
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

/** What a stage of an API knows to measure, as CDK's stages of REST and HTTP APIs do. */
export interface MeasuredStage {
  metricCount(options?: MetricOptions): Metric;
  metricClientError(options?: MetricOptions): Metric;
  metricServerError(options?: MetricOptions): Metric;
  metricLatency(options?: MetricOptions): Metric;
  metricIntegrationLatency(options?: MetricOptions): Metric;
}
