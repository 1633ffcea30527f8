import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { stageSchema } from "../stages/stage-schema";
import { ROOT, templateOf } from "./synth";

/** Every setting of a stage, sections resolved into their keys. */
function settingsOf(schema: unknown, before = ""): string[] {
  let inner = schema;
  while (true) {
    if (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
      inner = inner.unwrap();
    } else if (inner instanceof z.ZodPipe) {
      inner = inner.out;
    } else {
      break;
    }
  }
  return inner instanceof z.ZodObject
    ? Object.entries(inner.shape).flatMap(([key, value]) =>
        settingsOf(value, before === "" ? key : `${before}.${key}`),
      )
    : [before];
}

const page = (name: string) => readFileSync(join(ROOT, "docs", name), "utf8");
const firstColumn = (text: string) => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);

describe("the documentation", () => {
  it("describes every setting of a stage and no other", () => {
    expect(firstColumn(page("stages.md"))).toEqual(settingsOf(stageSchema));
  });

  it("describes every variable of the functions and no other", () => {
    const everything = [
      "backendUrl: http://127.0.0.1:4567",
      "backend: { secretHeader: { name: X-Gate-Secret } }",
      "publicHost: api.example.com",
      "allowEncodedSlashes: true",
      "basePath: /orders",
      "clientHeaders: [Authorization]",
      "forgedHeaders: replace",
      "metricsNamespace: Gate",
      "metricsByRule: true",
      "cors: { allowOrigins: [https://a.example.com, https://b.example.com] }",
      "logs: { level: warn }",
      "sessionCache: { ttlSeconds: 30, negativeTtlSeconds: 5 }",
      "awsEndpointUrl: http://127.0.0.1:4566",
      "signingKeys: { rotation: { everyDays: 30 } }",
      "keysEndpoint: { issuer: https://api.example.com/ }",
    ].join("\n");
    const httpApi = "backendUrl: https://backend.example.com\napi: { kind: http, tokenHeader: X-Token }";
    const templates = [
      templateOf({ stage: everything }),
      templateOf({ stage: httpApi, report: { redirects: false } }),
    ];
    const functions = templates.flatMap((made) => Object.values(made.findResources("AWS::Lambda::Function")));
    const set = functions.flatMap(({ Properties }) => Object.keys(Properties.Environment?.Variables ?? {}));
    const { environment } = JSON.parse(readFileSync(join(ROOT, "infra/lib/facts.json"), "utf8"));
    const setByStack = environment.filter((variable: { setByStack: boolean }) => variable.setByStack);
    const names = setByStack.map((variable: { name: string }) => variable.name);
    expect(new Set(names)).toEqual(new Set(set));
  });
});
