import { Dashboard, type DashboardProps, GraphWidget, type IMetric } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { type GateMetrics, type MeasuredStage, OUTCOMES } from "./gate-metrics";

/** Causes of faults that the dashboard tells apart: those that happen in operation. */
const FAULTS = [
  "service_failed",
  "answer_unfit",
  "no_signing_key",
  "worked_around",
  "misconfigured",
  "time_up",
];

/** Props for `GateDashboard`. */
export interface GateDashboardProps extends Pick<DashboardProps, "dashboardName"> {
  readonly metrics: GateMetrics;
  /** The API's stage. @default its answers are not on the dashboard */
  readonly apiStage?: MeasuredStage;
}

/** One page of one gate: what it decides, how long that takes, what goes wrong, and what the API answers. */
export class GateDashboard extends Dashboard {
  constructor(scope: Construct, id: string, props: GateDashboardProps) {
    super(scope, id, props.dashboardName === undefined ? {} : { dashboardName: props.dashboardName });
    const { metrics, apiStage } = props;
    const { period } = metrics;

    this.addWidgets(
      graph(
        "Decisions",
        OUTCOMES.map((outcome) => metrics.decisions(outcome)),
      ),
      graph(
        "What to look at, by cause",
        FAULTS.map((fault) => metrics.faults(fault)),
      ),
    );
    this.addWidgets(
      graph(
        "Milliseconds of a decision",
        OUTCOMES.flatMap((outcome) => [
          metrics.milliseconds(outcome, "p50"),
          metrics.milliseconds(outcome, "p99"),
        ]),
      ),
      graph(
        "Milliseconds of the services asked",
        OUTCOMES.map((outcome) => metrics.upstreamMilliseconds(outcome, "p99")),
      ),
    );
    this.addWidgets(
      graph("Function: invocations, errors (each 401 is one), throttles", [
        metrics.invocations(),
        metrics.errors(),
        metrics.throttles(),
      ]),
      graph("Function: environments at once", [metrics.concurrency()]),
    );
    if (apiStage !== undefined) {
      const sum = { period, statistic: "Sum" };
      const p99 = { period, statistic: "p99" };
      this.addWidgets(
        graph("API: requests, answers of 400 and above, of 500 and above", [
          apiStage.metricCount({ period }),
          apiStage.metricClientError(sum),
          apiStage.metricServerError(sum),
        ]),
        graph("API: milliseconds, in all and of the backend", [
          apiStage.metricLatency(p99),
          apiStage.metricIntegrationLatency(p99),
        ]),
      );
    }
  }
}

/** A graph of half the page's width. */
function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 12 });
}
