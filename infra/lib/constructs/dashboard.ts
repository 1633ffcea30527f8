import { Dashboard, type DashboardProps, GraphWidget, type IMetric } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { faultCode } from "../facts";
import { type GateMetrics, type MeasuredStage, OUTCOMES, WORKED_AROUND } from "./gate-metrics";

/** The causes of faults that the dashboard shows: those that occur in operation. */
const FAULTS = [
  faultCode("service_failed"),
  faultCode("answer_unfit"),
  faultCode("no_signing_key"),
  WORKED_AROUND,
  faultCode("misconfigured"),
  faultCode("time_up"),
];

/** Props for `GateDashboard`. */
export interface GateDashboardProps extends Pick<DashboardProps, "dashboardName"> {
  readonly metrics: GateMetrics;
  /** The API's stage. @default the API's metrics are not shown */
  readonly apiStage?: MeasuredStage;
}

/** A dashboard of one gate: decisions and their durations, faults, the function, and the API's responses. */
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
        "Faults by cause",
        FAULTS.map((fault) => metrics.faults(fault)),
      ),
    );
    this.addWidgets(
      graph(
        "Duration of decisions (ms)",
        OUTCOMES.flatMap((outcome) => [
          metrics.milliseconds(outcome, "p50"),
          metrics.milliseconds(outcome, "p99"),
        ]),
      ),
      graph(
        "Duration of service requests (ms)",
        OUTCOMES.map((outcome) => metrics.upstreamMilliseconds(outcome, "p99")),
      ),
    );
    this.addWidgets(
      graph("Function: invocations, errors (each 401 is one), throttles", [
        metrics.invocations(),
        metrics.errors(),
        metrics.throttles(),
      ]),
      graph("Function: concurrent environments", [metrics.concurrency()]),
    );
    if (apiStage !== undefined) {
      const sum = { period, statistic: "Sum" };
      const p99 = { period, statistic: "p99" };
      this.addWidgets(
        graph("API: requests, responses with 4xx and with 5xx", [
          apiStage.metricCount({ period }),
          apiStage.metricClientError(sum),
          apiStage.metricServerError(sum),
        ]),
        graph("API: latency in total and of the backend (ms)", [
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
