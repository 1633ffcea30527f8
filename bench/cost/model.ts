import type assumptionsOfUse from "./assumptions.json";
import type listPrices from "./prices.json";

/** A table of prices, in the form of `prices.json`. */
export type Prices = typeof listPrices;

/** How the gate is used, in the form of `assumptions.json`. */
export type Assumptions = typeof assumptionsOfUse;

/** What a processor is to Lambda. */
export type Architecture = "arm64" | "x86_64";

/** MiB at which a function has one whole processor. */
const MEMORY_OF_ONE_PROCESSOR = 1769;

const MILLION = 1_000_000;
const BYTES_OF_GB = 1024 ** 3;

/** What `make bench` measured of one kind of event, on a whole processor. */
export interface Measured {
  /** Processor time of a decision in an environment that is warm. */
  readonly cpuUs: number;
  /** Time from the start of the process to its first question for an event. */
  readonly initMs: number;
  /** Time of the first event. */
  readonly firstMs: number;
}

/** A row of `bench/baseline.json`, as far as it is read here. */
export interface BaselineRow {
  readonly subject: string;
  readonly rules: number;
  readonly mix: string;
  readonly figures: { readonly cpu_us: number; readonly init_ms: number; readonly first_ms: number };
}

/**
 * Finds what was measured of a kind of event.
 *
 * @throws Error where no row has it
 */
export function measured(rows: readonly BaselineRow[], mix: string, rules: number): Measured {
  const row = rows.find((one) => one.subject === "oathgate" && one.mix === mix && one.rules === rules);
  if (row === undefined) {
    throw new Error(`bench/baseline.json has no row for ${mix} at ${rules} rules`);
  }
  const { cpu_us, init_ms, first_ms } = row.figures;
  return { cpuUs: cpu_us, initMs: init_ms, firstMs: first_ms };
}

/** The part of a processor that a function of this memory has. */
export function processorShare(memoryMb: number): number {
  return Math.min(1, memoryMb / MEMORY_OF_ONE_PROCESSOR);
}

/**
 * Milliseconds that Lambda bills for a decision in a warm environment: processor time as if all of it were stretched by the
 * function's share, and the wait for other services as it is, rounded up to whole milliseconds.
 */
export function billedMs({ cpuUs }: Measured, memoryMb: number, waitMs: number): number {
  return Math.ceil(cpuUs / 1000 / processorShare(memoryMb) + waitMs);
}

/** Milliseconds that Lambda bills for a start, its first decision included; all of it taken for processor time. */
export function billedStartMs({ initMs, firstMs }: Measured, memoryMb: number, waitMs: number): number {
  return Math.ceil((initMs + firstMs) / processorShare(memoryMb) + waitMs);
}

/** The price of a million decisions in Lambda: requests and duration, the starts among them included. */
export function decisions(
  prices: Prices,
  assumptions: Assumptions,
  of: Measured,
  { memoryMb, architecture, waitMs }: { memoryMb: number; architecture: Architecture; waitMs: number },
): number {
  const { coldStartShare } = assumptions;
  const ms =
    (1 - coldStartShare) * billedMs(of, memoryMb, waitMs) +
    coldStartShare * billedStartMs(of, memoryMb, waitMs);
  return prices.lambda.perMillionRequests + duration(prices, memoryMb, architecture, ms);
}

/** The price of a million invocations' duration. */
function duration(prices: Prices, memoryMb: number, architecture: Architecture, ms: number): number {
  return MILLION * (ms / 1000) * (memoryMb / 1024) * prices.lambda.perGbSecond[architecture];
}

/** The price of a million decisions, of which the share `hitShare` finds a cached session. */
export function cachedDecisions(
  prices: Prices,
  assumptions: Assumptions,
  { requested, cached }: { requested: Measured; cached: Measured },
  hitShare: number,
  size: { memoryMb: number; architecture: Architecture },
): number {
  const { roundTripMs } = assumptions;
  return (
    hitShare * decisions(prices, assumptions, cached, { ...size, waitMs: 0 }) +
    (1 - hitShare) * decisions(prices, assumptions, requested, { ...size, waitMs: roundTripMs })
  );
}

/** The price of a million requests without their decisions, by feature. */
export function perMillion(prices: Prices, { logBytes, traceShare }: Assumptions) {
  const logs = (bytes: number, events: number) =>
    (MILLION * (bytes + events * logBytes.perEvent) * prices.cloudWatch.perGbOfLogs) / BYTES_OF_GB;
  return {
    rest: prices.apiGateway.perMillionRequests.rest,
    http: prices.apiGateway.perMillionRequests.http,
    /** Lambda's own lines: start, end and report. */
    lambdaLogs: logs(logBytes.lambda, 3),
    decisionLogs: logs(logBytes.decision, 1),
    metricsInLogs: logs(logBytes.withMetrics - logBytes.decision, 0),
    accessLogs: logs(logBytes.accessLog, 1),
    traces: traceShare * prices.xray.perMillionTraces,
    waf: prices.waf.perMillionRequests,
    verifiedPermissions: prices.verifiedPermissions.perMillionRequests,
  };
}

/** The fixed price of a month, by feature. */
export function perMonth(prices: Prices, assumptions: Assumptions) {
  const { hoursOfMonth, environments, secretReadEverySeconds, metrics, wafRules } = assumptions;
  const reads = (environments * hoursOfMonth * 3600) / secretReadEverySeconds;
  const provisioned = (memoryMb: number, architecture: Architecture) =>
    hoursOfMonth * 3600 * (memoryMb / 1024) * prices.lambda.perProvisionedGbSecond[architecture];
  return {
    secret:
      prices.secretsManager.perSecretMonth + (reads / 10_000) * prices.secretsManager.perTenThousandReads,
    key: prices.kms.perKeyMonth + (reads / 10_000) * prices.kms.perTenThousandRequests,
    metrics: metrics * prices.cloudWatch.perMetricMonth,
    alarm: prices.cloudWatch.perAlarmMonth,
    waf: prices.waf.perAclMonth + wafRules * prices.waf.perRuleMonth,
    provisioned,
  };
}

/** What a container with `oathgate serve` costs in a month of so many requests: tasks, load balancer, log. */
export function container(prices: Prices, assumptions: Assumptions, requests: number): number {
  const { hoursOfMonth, container: use, logBytes } = assumptions;
  const architecture = use.architecture as Architecture;
  const task =
    use.vcpu * prices.fargate.perVcpuHour[architecture] + use.gb * prices.fargate.perGbHour[architecture];
  // Of the dimensions of a capacity unit the one that is used most counts: 25 new connections a second, or 1 GB an hour.
  const connections = requests / use.requestsPerConnection / (hoursOfMonth * 3600) / 25;
  const bytes = (requests * use.bytesPerRequest) / BYTES_OF_GB / hoursOfMonth;
  const balancer =
    prices.loadBalancer.perHour + Math.max(connections, bytes) * prices.loadBalancer.perCapacityUnitHour;
  const logs =
    (requests * (logBytes.decision + logBytes.perEvent) * prices.cloudWatch.perGbOfLogs) / BYTES_OF_GB;
  return hoursOfMonth * (use.tasks * task + balancer) + logs;
}
