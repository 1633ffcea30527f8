import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadStage, parseStage } from "../lib/stage";
import { refusal } from "./project";
import { LEAST, ROOT } from "./synth";

const FIXTURES = join(__dirname, "fixtures/stages");

describe("a stage file", () => {
  it.each(readdirSync(FIXTURES))("with a mistake is refused in a sentence: %s", (file) => {
    const text = readFileSync(join(FIXTURES, file), "utf8");
    const expected = [...text.matchAll(/^# says: (.*)$/gm)].map(([, sentence]) => sentence);
    expect(expected).not.toEqual([]);
    const said = refusal(() => parseStage(file, text)).split("\n");
    expect(said.map((sentence) => sentence.replace(/^[^:]+(:\d+:\d+)?: /, ""))).toEqual(expected);
    expect(said.every((sentence) => sentence.startsWith(`${file}:`))).toBe(true);
  });

  it("that is no YAML is refused with line and column", () => {
    expect(refusal(() => parseStage("dev.yml", "a: 1\nb: [1\n"))).toMatch(
      /^dev\.yml:\d+:\d+: this is no YAML: /,
    );
  });

  it("needs a backend and nothing else", () => {
    expect(parseStage("least.yml", LEAST)).toEqual({
      backendUrl: "https://backend.example.com",
      backendTimeoutSeconds: 29,
      config: { file: "config/config.yml", set: {} },
      rules: { values: {} },
      architecture: "arm64",
      memorySize: 256,
      timeoutSeconds: 10,
      logs: { retentionDays: 30, retain: false },
      signingKeys: { algorithm: "ES256", retain: true, ttlSeconds: 300 },
      vouchedHeaderFallback: "none",
      clientHeaders: [],
      forgedHeaders: "refuse",
      allowEncodedSlashes: false,
      redirects: "refresh",
      accessLogs: false,
      tags: {},
    });
  });

  it("without anything is told what is missing", () => {
    expect(refusal(() => parseStage("empty.yml", ""))).toBe(
      "empty.yml: `backendUrl` is missing: it must be an http or https URL",
    );
  });

  it("may name a backend over plain http on the local cloud only", () => {
    const local = "backendUrl: http://127.0.0.1:4567\nawsEndpointUrl: http://127.0.0.1:4566\n";
    expect(parseStage("local.yml", local).backendUrl).toBe("http://127.0.0.1:4567");
  });
});

describe("choosing a stage", () => {
  it.each(["dev", "prod", "local"])("by name finds config/stages/%s.yml", (name) => {
    expect(loadStage(ROOT, name).name).toBe(name);
  });

  it("by path finds a file anywhere", () => {
    expect(loadStage(ROOT, join(ROOT, "config/stages/dev.yml")).name).toBe("dev");
  });

  it("is needed", () => {
    expect(refusal(() => loadStage(ROOT, undefined))).toBe(
      "no stage is chosen: add `-c stage=…`, one of dev, local, prod (config/stages/*.yml)",
    );
  });

  it("suggests the stage that was meant", () => {
    expect(refusal(() => loadStage(ROOT, "prd"))).toBe(
      "there is no stage `prd` (no file config/stages/prd.yml); did you mean `prod`?",
    );
  });

  it("lists the stages where none is near", () => {
    expect(refusal(() => loadStage(ROOT, "acceptance"))).toBe(
      "there is no stage `acceptance` (no file config/stages/acceptance.yml); the stages are dev, local, prod",
    );
  });

  it("refuses a file whose name can't be part of a stack's", () => {
    const file = join(FIXTURES, "../Stage.yml");
    expect(refusal(() => loadStage(ROOT, file))).toContain("not `Stage`");
  });
});
