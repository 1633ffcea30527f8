import {
  type Architecture,
  type Assumptions,
  type BaselineRow,
  billedMs,
  billedStartMs,
  cachedDecisions,
  container,
  decisions,
  measured,
  type Prices,
  perMillion,
  perMonth,
} from "./model";

/** The memory sizes that the tables show, in MiB. */
const MEMORY = [128, 256, 512, 1024, 1769];
const ARCHITECTURES: readonly Architecture[] = ["arm64", "x86_64"];
/** The size of the examples: the defaults of a stage. */
const DEFAULT_SIZE = { memoryMb: 256, architecture: "arm64" as const };
/** Rules of the measured rows; their number makes no difference to a decision. */
const RULES = 10_000;
/** Events as `make bench` names them, their names on this page, and whether they wait for a service. */
const EVENTS: readonly [string, string, boolean][] = [
  ["open route", "open route", false],
  ["guest, id_token", "guest, with a signed token", false],
  ["jwt, id_token", "`jwt`, with a signed token", false],
  ["session kept, id_token", "cached session (`sessionCache`), with a signed token", false],
  ["session by HTTP, id_token", "session by HTTP, with a signed token", true],
];
const HIT_SHARES = [0, 0.5, 0.9, 0.99];
const VOLUMES = [1, 10, 100];

/**
 * Writes the page about cost.
 *
 * @param prices the table of prices
 * @param assumptions how the gate is used
 * @param rows what was measured: `rows` of `bench/baseline.json`
 */
export function costPage(prices: Prices, assumptions: Assumptions, rows: readonly BaselineRow[]): string {
  const of = (mix: string) => measured(rows, mix, RULES);
  const wait = (waits: boolean) => (waits ? assumptions.roundTripMs : 0);
  const million = perMillion(prices, assumptions);
  const month = perMonth(prices, assumptions);
  const { logBytes, container: tasks } = assumptions;

  const byMemory = table(
    ["decision", ...MEMORY.map((memory) => `${memory} MiB`)],
    EVENTS.map(([mix, name, waits]) => [
      name,
      ...MEMORY.map((memoryMb) =>
        ARCHITECTURES.map((architecture) =>
          money(decisions(prices, assumptions, of(mix), { memoryMb, architecture, waitMs: wait(waits) })),
        ).join(" / "),
      ),
    ]),
  );
  const billed = table(
    ["billed", ...MEMORY.map((memory) => `${memory} MiB`)],
    EVENTS.flatMap(([mix, name, waits]) =>
      mix === "open route" || waits
        ? [
            [`${name}: warm`, ...MEMORY.map((memory) => `${billedMs(of(mix), memory, wait(waits))} ms`)],
            [
              `${name}: start and first`,
              ...MEMORY.map((memory) => `${billedStartMs(of(mix), memory, wait(waits))} ms`),
            ],
          ]
        : [],
    ),
  );
  const beside = table(
    ["for each million requests", "US$"],
    [
      ["REST API", money(million.rest)],
      ["HTTP API (`api.kind: http`)", money(million.http)],
      [`Lambda's own lines in the log, ${logBytes.lambda} bytes a request`, money(million.lambdaLogs)],
      [
        `a line for each decision (\`logs.level: info\`), ${logBytes.decision} bytes; none at \`warn\``,
        money(million.decisionLogs),
      ],
      [
        `metrics in that line (\`metricsNamespace\`), ${logBytes.withMetrics - logBytes.decision} bytes`,
        money(million.metricsInLogs),
      ],
      [`API Gateway's access log (\`accessLogs\`), ${logBytes.accessLog} bytes`, money(million.accessLogs)],
      [`X-Ray (\`tracing\`), ${percent(assumptions.traceShare)} of requests traced`, money(million.traces)],
      ["a web access control list (`webAclArn`)", money(million.waf)],
    ],
  );
  const fixed = table(
    ["for each month", "US$"],
    [
      [
        `the signing keys' secret, read by ${assumptions.environments} environments every ${assumptions.secretReadEverySeconds} s`,
        money(month.secret),
      ],
      ["a KMS key of your own for it (`signingKeys.kmsKeyArn`)", money(month.key)],
      [`${assumptions.metrics} metrics of a stage (\`metricsNamespace\`)`, money(month.metrics)],
      ["each alarm", money(month.alarm)],
      [`a web access control list with ${assumptions.wafRules} rules`, money(month.waf)],
      [
        "each provisioned environment of 256 MiB, arm64 (`concurrency.provisioned`)",
        money(month.provisioned(DEFAULT_SIZE.memoryMb, DEFAULT_SIZE.architecture)),
      ],
    ],
  );

  const session = of("session by HTTP, id_token");
  const kept = of("session kept, id_token");
  const cache = table(
    ["cached sessions", ...MEMORY.map((memory) => `${memory} MiB`), "requests to the session service"],
    HIT_SHARES.map((share) => [
      percent(share),
      ...MEMORY.map((memoryMb) =>
        money(
          cachedDecisions(prices, assumptions, { requested: session, cached: kept }, share, {
            memoryMb,
            architecture: DEFAULT_SIZE.architecture,
          }),
        ),
      ),
      whole(1_000_000 * (1 - share)),
    ]),
  );

  const lambda = decisions(prices, assumptions, session, {
    ...DEFAULT_SIZE,
    waitMs: assumptions.roundTripMs,
  });
  const logs = million.lambdaLogs + million.decisionLogs;
  const ways: [string, (millions: number) => number][] = [
    ["REST API, Oathgate", (millions) => millions * (million.rest + lambda + logs) + month.secret],
    ["HTTP API, Oathgate", (millions) => millions * (million.http + lambda + logs) + month.secret],
    [
      "REST API, an authorizer that calls Verified Permissions",
      (millions) => millions * (million.rest + lambda + logs + million.verifiedPermissions),
    ],
    [
      "load balancer, `oathgate serve` in containers",
      (millions) => container(prices, assumptions, millions * 1_000_000),
    ],
  ];
  const months = table(
    ["US$ a month", ...VOLUMES.map((volume) => `${volume} million`)],
    ways.map(([name, cost]) => [name, ...VOLUMES.map((volume) => money(cost(volume)))]),
  );

  return `# Cost

<!-- Written by \`make cost\`; a test compares it. Prices: bench/cost/prices.json; use: bench/cost/assumptions.json -->

The cost of a million requests in US$, computed from measured durations (\`bench/baseline.json\`, [performance.md](performance.md))
and a table of prices, [\`bench/cost/prices.json\`](../bench/cost/prices.json): ${prices.region}, of ${prices.date}. Replace these
with your own prices and your own use ([\`assumptions.json\`](../bench/cost/assumptions.json)), and generate this page again:

    make cost

## How a duration becomes a price

- Durations were measured on one x86_64 machine with one whole processor, not on Lambda. Lambda gives a function of less than 1,769
  MiB a share of a processor; all processor time is divided by that share, which is more than was measured with
  such a share ([performance.md](performance.md#with-the-processor-of-a-small-function)). Both architectures count the same.
- The wait for a service is not divided by it: ${assumptions.roundTripMs} ms for a session service in the same region.
- Lambda bills whole milliseconds, at least one. A decision without a wait takes far less than that, so that it costs the minimum
  that Lambda bills at every size, and more memory only raises the price.
- Cold starts are billed as well, INIT included: ${percent(assumptions.coldStartShare)} of requests cause one. The time before Lambda starts the process
  was not measured.

${billed}

## The decision

Lambda alone, for a million requests, \`arm64 / x86_64\`:

${byMemory}

## Other costs

${beside}

${fixed}

Refused requests cost the same here. \`metricsByRule\` multiplies the metrics by the rules ([logs.md](logs.md#metrics)).

## Savings by caching sessions

A million requests with a session, by the share of responses from \`sessionCache\`, Lambda alone, arm64:

${cache}

## Beside Verified Permissions and a container

With sessions checked by HTTP, ${DEFAULT_SIZE.memoryMb} MiB, ${DEFAULT_SIZE.architecture}, a line in the log for each decision, without the rest:

${months}

These services do not do the same. Verified Permissions decides by Cedar policies, not by Oathkeeper's rules, at US$
${money(million.verifiedPermissions)} for a million single requests; it also needs a client, here a function with the cost of the gate. The
containers are ${tasks.tasks} Fargate tasks of ${tasks.vcpu} vCPU and ${tasks.gb} GB (${tasks.architecture}) behind an Application Load Balancer, each request a new
connection of ${tasks.bytesPerRequest / 1024} KB; they also replace API Gateway, with its throttling, custom responses and per-request price, and the backend
must request each decision from them or receive requests through a proxy that does ([gateways.md](gateways.md)). Oathkeeper in such containers costs
the same until its processor time or its memory ([performance.md](performance.md#as-a-server)) needs larger tasks.

## Not included

Free tiers, the lower prices of larger volumes, Savings Plans, taxes, data transfer, the backend, the session service, NAT
gateways and VPC links, storage of logs after ingestion, dashboards, CodeDeploy, deployments.

## Prices

${prices.note}

${Object.entries(prices.sources)
  .map(([name, url]) => `- ${name}: <${url}>`)
  .join("\n")}
`;
}

/** US$, in cents. */
function money(amount: number): string {
  return amount < 0.005
    ? "< 0.01"
    : amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function whole(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
