import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import assumptions from "../../bench/cost/assumptions.json";
import {
  billedMs,
  billedStartMs,
  cachedDecisions,
  container,
  decisions,
  measured,
  perMillion,
  perMonth,
} from "../../bench/cost/model";
import { costPage } from "../../bench/cost/page";
import prices from "../../bench/cost/prices.json";
import { ROOT } from "./synth";

const { rows } = JSON.parse(readFileSync(join(ROOT, "bench/baseline.json"), "utf8"));
const SIZE = { memoryMb: 256, architecture: "arm64" as const };
const decision = { cpuUs: 50, initMs: 2, firstMs: 0.5 };

describe("the page about cost", () => {
  it("matches the measured durations and the prices; `make cost` renews it", () => {
    expect(readFileSync(join(ROOT, "docs/cost.md"), "utf8")).toBe(costPage(prices, assumptions, rows));
  });

  it("follows a reader's own prices", () => {
    const dearer = {
      ...prices,
      region: "eu-central-1",
      apiGateway: { perMillionRequests: { rest: 3.7, http: 1.2 } },
    };
    const page = costPage(dearer, assumptions, rows);
    expect(page).toContain("eu-central-1");
    expect(page).toContain("| REST API | 3.70 |");
    expect(page).not.toContain("| REST API | 3.50 |");
  });

  it("states date, region and sources of its prices", () => {
    const page = costPage(prices, assumptions, rows);
    expect(prices.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    for (const part of [prices.date, prices.region, ...Object.values(prices.sources)]) {
      expect(page).toContain(part);
    }
    const priced = Object.entries(prices).filter(([, value]) => typeof value === "object");
    expect(Object.keys(prices.sources)).toEqual(
      priced.map(([name]) => name).filter((name) => name !== "sources"),
    );
  });

  it("uses measured values only", () => {
    expect(() => measured(rows, "a guess", 10)).toThrow(
      "bench/baseline.json has no row for a guess at 10 rules",
    );
  });
});

describe("a price", () => {
  it("counts whole milliseconds, at least one, and divides only processor time by the share", () => {
    expect(billedMs(decision, 1769, 0)).toBe(1);
    expect(billedMs(decision, 128, 0)).toBe(1);
    expect(billedMs({ ...decision, cpuUs: 200 }, 128, 0)).toBe(3);
    expect(billedMs(decision, 128, 5)).toBe(6);
    expect(billedMs(decision, 3008, 0)).toBe(1);
  });

  it("counts starts, INIT included", () => {
    expect(billedStartMs(decision, 1769, 0)).toBe(3);
    expect(billedStartMs(decision, 128, 0)).toBe(35);
    const without = decisions(prices, { ...assumptions, coldStartShare: 0 }, decision, {
      ...SIZE,
      waitMs: 0,
    });
    const only = decisions(prices, { ...assumptions, coldStartShare: 1 }, decision, { ...SIZE, waitMs: 0 });
    // A million requests; a million milliseconds, or 18 of them each, of a quarter of a GB.
    expect(without).toBeCloseTo(0.2 + 1000 * 0.25 * 0.0000133334, 9);
    expect(only).toBeCloseTo(0.2 + 18_000 * 0.25 * 0.0000133334, 9);
  });

  it("lies between those with and without a cached session, by the share of cached sessions", () => {
    const at = (share: number) =>
      cachedDecisions(prices, assumptions, { requested: decision, cached: decision }, share, SIZE);
    expect(at(0.5)).toBeCloseTo((at(0) + at(1)) / 2, 9);
    expect(at(1)).toBeLessThan(at(0));
  });

  it("of logs depends on their bytes", () => {
    const { decisionLogs, lambdaLogs } = perMillion(prices, assumptions);
    expect(decisionLogs).toBeCloseTo((466_000_000 / 1024 ** 3) * 0.5, 9);
    expect(lambdaLogs).toBeCloseTo((378_000_000 / 1024 ** 3) * 0.5, 9);
  });

  it("of a month depends on the resources that exist", () => {
    const { secret, provisioned, waf } = perMonth(prices, assumptions);
    expect(secret).toBeCloseTo(0.4 + (43_800 / 10_000) * 0.05, 9);
    expect(provisioned(1024, "x86_64")).toBeCloseTo(2_628_000 * 0.0000041667, 6);
    expect(waf).toBe(8);
  });

  it("of a container is due without any request", () => {
    const idle = container(prices, assumptions, 0);
    expect(idle).toBeCloseTo(730 * (2 * (0.25 * 0.03238 + 0.5 * 0.00356) + 0.0225), 9);
    expect(container(prices, assumptions, 1e9)).toBeGreaterThan(idle);
  });
});
