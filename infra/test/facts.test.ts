import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SIGNING_ALGORITHMS } from "../lib/constructs/signing-keys";
import { faultCode, matchesHeader, variable, variableOf } from "../lib/facts";
import facts from "../lib/facts.json";
import { ROOT } from "./synth";

/** TypeScript files that are not tests. */
const SOURCES = ["lib", "stages", "pipeline", "bin"].flatMap((folder) =>
  readdirSync(join(ROOT, "infra", folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join("infra", folder, file)),
);

const sourcesWith = (text: string) =>
  SOURCES.filter((file) => readFileSync(join(ROOT, file), "utf8").includes(text));

describe("facts that Rust defines", () => {
  it("include the names of environment variables, which no TypeScript file repeats", () => {
    expect(sourcesWith("OATHGATE_")).toEqual(["infra/lib/facts.ts"]);
  });

  it("include the messages of fixed refusals, which no TypeScript file repeats", () => {
    const { unauthorized, undecided } = facts.errorBodies;
    expect([unauthorized, undecided].flatMap(({ message }) => sourcesWith(message))).toEqual([]);
  });

  it("are looked up by a setting, a name or a code", () => {
    expect(variableOf("sessionCache.ttlSeconds")).toBe("OATHGATE_SESSION_CACHE_TTL_SECONDS");
    expect(variable("KEYS_TASK")).toBe("OATHGATE_KEYS_TASK");
    expect(faultCode("service_failed")).toBe("service_failed");
  });

  it.each<[string, () => string]>([
    ["a setting without a variable", () => variableOf("tags")],
    ["an unknown variable", () => variable("KEY_TASK")],
    ["a reason code that is not a fault", () => faultCode("granted")],
  ])("do not contain %s", (_, lookUp) => {
    expect(lookUp).toThrow("run `make facts`");
  });

  it("match headers by name or prefix, in any case", () => {
    const patterns = [{ header: "host" }, { prefix: "x-amz" }];
    expect(
      ["Host", "X-Amzn-Trace-Id", "Hosts", "A-X-Amz"].map((name) => matchesHeader(patterns, name)),
    ).toEqual([true, true, false, false]);
  });

  it("include every signing algorithm that a gate offers, as an asymmetric one", () => {
    const asymmetric = facts.signingAlgorithms.filter((one) => one.public).map(({ name }) => name);
    expect(asymmetric).toEqual(expect.arrayContaining([...SIGNING_ALGORITHMS]));
  });
});
