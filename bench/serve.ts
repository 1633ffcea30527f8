/**
 * `oathgate serve` beside `oathkeeper serve`: the same configuration and rules, each receiving requests in turn from
 * autocannon over the decision API. Both log as they do by default, a line for each decision, to /dev/null;
 * LOG_LEVEL sets another level for both.
 *
 *     tsx bench/serve.ts OATHGATE OATHKEEPER RULES_PROGRAM
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const AUTOCANNON = "autocannon@9.0.0";
const SECONDS = Number(process.env.SECONDS ?? "5");
const CONNECTIONS = 16;
const COUNTS = [10, 1_000, 10_000];

/** A kind of request: its path below the service in the middle, and the status it is answered with. */
const MIXES = [
  { name: "open route", path: "health", status: 200 },
  { name: "guest, id_token", path: "public/articles/42", status: 200 },
  { name: "no session: 401", path: "accounts/4711", status: 401 },
  { name: "no rule: 404", path: "nowhere", status: 404 },
] as const;

/** As much of autocannon's report as is shown. */
interface Report {
  readonly requests: { readonly average: number };
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly errors: number;
  readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>;
}

interface Server {
  readonly name: string;
  readonly program: string;
}

async function main([oathgate, oathkeeper, rules]: readonly string[]): Promise<void> {
  if (oathgate === undefined || oathkeeper === undefined || rules === undefined) {
    throw new Error("usage: serve.ts OATHGATE OATHKEEPER RULES_PROGRAM");
  }
  const folder = mkdtempSync(join(tmpdir(), "bench-serve-"));
  const keys = join(folder, "jwks.json");
  writeFileSync(keys, execFileSync(oathgate, ["credentials", "generate", "--alg", "ES256"]));
  const servers = [
    { name: "oathgate", program: oathgate },
    { name: "oathkeeper", program: oathkeeper },
  ];
  print("| | rules | event | requests per second | p50 ms | p99 ms | peak MB |");
  print("|---|---|---|---|---|---|---|");
  try {
    for (const count of COUNTS) {
      execFileSync(rules, [folder, String(count)]);
      for (const server of servers) {
        await measure(server, folder, keys, count);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(server: Server, folder: string, keys: string, count: number): Promise<void> {
  const port = await freePort();
  const child = spawn(server.program, ["serve", "--config", join(folder, "config.json")], {
    cwd: folder,
    stdio: "ignore",
    env: {
      PATH: process.env.PATH,
      SERVE_API_PORT: String(port),
      SERVE_PROXY_PORT: String(await freePort()),
      SERVE_PROMETHEUS_PORT: String(await freePort()),
      MUTATORS_ID_TOKEN_CONFIG_JWKS_URL: `file://${keys}`,
      SQA_OPT_OUT: "true",
      ...(process.env.LOG_LEVEL === undefined ? {} : { LOG_LEVEL: process.env.LOG_LEVEL }),
    },
  });
  try {
    const service = Math.floor(count / 10 / 2);
    for (const mix of MIXES) {
      const uri = `/service-${service}/${mix.path}`;
      await answers(port, uri, mix.status);
      const report = load(port, uri);
      const counted = report.statusCodeStats[String(mix.status)]?.count ?? 0;
      const all = Object.values(report.statusCodeStats).reduce((sum, { count }) => sum + count, 0);
      if (report.errors > 0 || counted !== all) {
        throw new Error(`${server.name} answered ${mix.name} with something else than ${mix.status}`);
      }
      const rate = Math.round(report.requests.average);
      const { p50, p99 } = report.latency;
      print(`| ${server.name} | ${count} | ${mix.name} | ${rate} | ${p50} | ${p99} | ${peak(child.pid)} |`);
    }
  } finally {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }
}

/** Waits until a request is answered as it should be: one of the two loads its rules meanwhile. */
async function answers(port: number, uri: string, status: number): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/decisions`, { headers: forwarded(uri) }).catch(
      () => undefined,
    );
    if (answer?.status === status) {
      return;
    }
    await sleep(100);
  }
  throw new Error(`${uri} was never answered with ${status}`);
}

function forwarded(uri: string): Record<string, string> {
  return {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "api.example.com",
    "X-Forwarded-Uri": uri,
  };
}

function load(port: number, uri: string): Report {
  const headers = Object.entries(forwarded(uri)).flatMap(([name, value]) => ["-H", `${name}=${value}`]);
  const options = ["-c", String(CONNECTIONS), "-d", String(SECONDS), "--json", "--no-progress"];
  const url = `http://127.0.0.1:${port}/decisions`;
  const report = execFileSync("npx", ["--yes", AUTOCANNON, ...options, ...headers, url], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1 << 24,
  });
  return JSON.parse(report) as Report;
}

/** The largest a process was, in megabytes. */
function peak(pid: number | undefined): string {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? "0";
  return (Number(kilobytes) / 1e3).toFixed(0);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") {
    throw new Error("no port is free");
  }
  return address.port;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench-serve: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
