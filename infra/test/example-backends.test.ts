import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./synth";

type Middleware = (
  request: { get(name: string): string | undefined },
  response: { status(code: number): { json(body: object): number } },
  next: () => number,
) => Promise<number>;

/** The example's middleware, and what it answers to a request with a value of the header: 200 where it lets it in. */
async function demanding(read: () => Promise<string[]>) {
  const { gateSecret } = (await import(join(ROOT, "examples/backends/gate-secret.mjs"))) as {
    gateSecret(options: { header: string; read: () => Promise<string[]> }): Middleware;
  };
  const middleware = gateSecret({ header: "X-Gate-Secret", read });
  return (value: string | undefined) =>
    middleware(
      { get: (name) => (name === "X-Gate-Secret" ? value : undefined) },
      { status: (code) => ({ json: () => code }) },
      () => 200,
    );
}

describe("the example of an Express backend that demands the secret header", () => {
  it("accepts the current value and the previous one, and no other", async () => {
    const statusOf = await demanding(async () => ["current", "previous"]);
    const values = ["current", "previous", "other", "curren", "", undefined];
    expect(await Promise.all(values.map(statusOf))).toEqual([200, 200, 403, 403, 403, 403]);
  });

  it("reads the secret again for an unknown value, once for all concurrent requests", async () => {
    let values = ["first"];
    let readings = 0;
    const statusOf = await demanding(async () => {
      readings += 1;
      return values;
    });
    expect(await statusOf("first")).toBe(200);
    values = ["second", "first"];
    expect(await Promise.all(["second", "second", "first"].map(statusOf))).toEqual([200, 200, 200]);
    expect(readings).toBe(2);
  });

  it("refuses every request without a known value, and keeps using the last one", async () => {
    let fails = true;
    const statusOf = await demanding(async () => {
      if (fails) {
        throw new Error("Secrets Manager is away");
      }
      return ["current"];
    });
    expect(await statusOf("current")).toBe(403);
    fails = false;
    expect(await statusOf("current")).toBe(200);
    fails = true;
    expect(await Promise.all(["other", "current"].map(statusOf))).toEqual([403, 200]);
  });
});
