import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadStage, loadStages, parseStage } from "../stages/stage";
import { stageNotes } from "../stages/stage-notes";
import { checkRegion } from "../stages/stage-region";
import { refusal, stageIn } from "./project";
import { LEAST, ROOT } from "./synth";

const FIXTURES = join(__dirname, "fixtures/stages");

describe("a stage file", () => {
  it.each(readdirSync(FIXTURES))("with a mistake is refused with a message: %s", (file) => {
    const text = readFileSync(join(FIXTURES, file), "utf8");
    const expected = [...text.matchAll(/^# says: (.*)$/gm)].map(([, sentence]) => sentence);
    expect(expected).not.toEqual([]);
    const said = refusal(() => parseStage(file, text)).split("\n");
    expect(said.map((sentence) => sentence.replace(/^[^:]+(:\d+:\d+)?: /, ""))).toEqual(expected);
    expect(said.every((sentence) => sentence.startsWith(`${file}:`))).toBe(true);
  });

  it("that is not valid YAML is refused with line and column", () => {
    expect(refusal(() => parseStage("dev.yml", "a: 1\nb: [1\n"))).toMatch(
      /^dev\.yml:\d+:\d+: this is not valid YAML: /,
    );
  });

  it("needs a backend and nothing else", () => {
    expect(parseStage("least.yml", LEAST)).toEqual({
      api: { kind: "rest" },
      backendUrl: "https://backend.example.com",
      backendTimeoutSeconds: 29,
      responseTransferMode: "buffered",
      config: { file: "config/config.yml", set: {} },
      rules: { values: {} },
      architecture: "arm64",
      memorySize: 256,
      timeoutSeconds: 10,
      logs: { retentionDays: 30, retain: false },
      signingKeys: { algorithm: "ES256", retain: true, ttlSeconds: 300, replicaRegions: [] },
      vouchedHeaderFallback: "none",
      clientHeaders: [],
      forgedHeaders: "refuse",
      allowEncodedSlashes: false,
      redirects: "refresh",
      disableExecuteApiEndpoint: false,
      concurrency: {},
      systemLogs: { api: false },
      dashboard: false,
      terminationProtection: false,
      rollout: {
        strategy: "allAtOnce",
        alarms: { errorPercent: 1, upstreamFailurePercent: 5, latencyPercent: 50 },
        keepVersions: 5,
      },
      metricsByRule: false,
      accessLogs: false,
      tracing: false,
      tags: {},
    });
  });

  it("that is empty is refused with what is missing", () => {
    expect(refusal(() => parseStage("empty.yml", ""))).toBe(
      "empty.yml: `backendUrl` is missing: it must be an http or https URL, unless `backend.functionArn` or `backend.vpcLink` is set",
    );
  });

  it("may name a backend over plain http on the local cloud only", () => {
    const local = "backendUrl: http://127.0.0.1:4567\nawsEndpointUrl: http://127.0.0.1:4566\n";
    expect(parseStage("local.yml", local).backendUrl).toBe("http://127.0.0.1:4567");
  });
});

describe("a stage that can be deployed", () => {
  it.each([
    ["aws", "ap-southeast-5"],
    ["aws", "mx-central-1"],
    ["aws-cn", "cn-northwest-1"],
    ["aws-us-gov", "us-gov-west-1"],
    ["aws-iso", "us-iso-east-1"],
    ["aws-iso-b", "us-isob-east-1"],
    ["aws-iso-e", "eu-isoe-west-1"],
    ["aws-iso-f", "us-isof-south-1"],
    ["aws-eusc", "eusc-de-east-1"],
  ])("may be in a region of any partition, with a key of that region: %s, %s", (partition, region) => {
    const key = `arn:${partition}:kms:${region}:123456789012:key/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f`;
    const text = `${LEAST}region: ${region}\nsigningKeys: { kmsKeyArn: "${key}" }\n`;
    expect(parseStage("dev.yml", text)).toMatchObject({ region, signingKeys: { kmsKeyArn: key } });
  });

  const keyOf = (region: string) =>
    `${LEAST}signingKeys: { kmsKeyArn: "arn:aws:kms:${region}:123456789012:key/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f" }\n`;

  it("has a key of the current credentials' region, if it names none", () => {
    const stage = stageIn(ROOT, keyOf("eu-west-1"));
    expect(() => checkRegion(stage, { CDK_DEFAULT_REGION: "eu-west-1" })).not.toThrow();
    expect(() => checkRegion(stage, {})).not.toThrow();
    expect(refusal(() => checkRegion(stage, { CDK_DEFAULT_REGION: "us-east-1" }))).toBe(
      "`signingKeys.kmsKeyArn` of the stage `dev` is a key in eu-west-1, but the stage is deployed to us-east-1: name a key in that region, or set `region`",
    );
  });

  it("gets a note that a function in a VPC needs a route to the services that it calls", () => {
    const vpc = "vpc: { subnetIds: [subnet-0123456789abcdef0], securityGroupIds: [sg-0123456789abcdef0] }\n";
    const [note, ...more] = stageNotes({ name: "dev", settings: parseStage("dev.yml", `${LEAST}${vpc}`) });
    expect(note).toMatch(/^note: stage `dev`: vpc: the authorizer reaches Secrets Manager/);
    expect(more).toEqual([]);
  });

  it.each([
    ["", 0],
    ["backendTimeoutSeconds: 30\n", 1],
    ["backendTimeoutSeconds: 300\n", 1],
    ["backendTimeoutSeconds: 900\nresponseTransferMode: stream\n", 0],
  ])("gets a note about the quota that a longer backend time-out needs: %s", (text, notes) => {
    const found = stageNotes({ name: "dev", settings: parseStage("dev.yml", `${LEAST}${text}`) });
    expect(found).toHaveLength(notes);
    for (const note of found) {
      expect(note).toContain("Maximum integration timeout in milliseconds");
    }
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
      "no stage is given: add `-c stage=…` with one of dev, local, prod (config/stages/*.yml)",
    );
  });

  it("suggests a stage with a similar name", () => {
    expect(refusal(() => loadStage(ROOT, "prd"))).toBe(
      "there is no stage `prd` (no file config/stages/prd.yml); did you mean `prod`?",
    );
  });

  it("lists the stages if none has a similar name", () => {
    expect(refusal(() => loadStage(ROOT, "acceptance"))).toBe(
      "there is no stage `acceptance` (no file config/stages/acceptance.yml); the stages are dev, local, prod",
    );
  });

  it("refuses a file whose name can't be part of a stack's", () => {
    const file = join(FIXTURES, "../Stage.yml");
    expect(refusal(() => loadStage(ROOT, file))).toContain("it is `Stage`");
  });
});

describe("choosing several stages", () => {
  it.each(["dev,prod", "dev prod", " dev,  prod "])("takes names in their order: %j", (choices) => {
    expect(loadStages(ROOT, choices).map(({ name }) => name)).toEqual(["dev", "prod"]);
  });

  it.each([
    ["dev,prod,dev", "the stage `dev` is given twice; name each stage once"],
    [`dev,${join(ROOT, "config/stages/dev.yml")}`, "the stage `dev` is given twice; name each stage once"],
    ["dev,prd", "there is no stage `prd` (no file config/stages/prd.yml); did you mean `prod`?"],
    [",", "no stage is given: add `-c stage=…` with one of dev, local, prod (config/stages/*.yml)"],
  ])("refuses %j", (choices, sentence) => {
    expect(refusal(() => loadStages(ROOT, choices))).toBe(sentence);
  });
});
