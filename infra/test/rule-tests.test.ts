import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { testRules } from "../lib/rule-tests";
import { gateSourcesOf } from "../stages/gate-props";
import { fakeCli, projectOf, refusal, stageIn } from "./project";
import { LEAST } from "./synth";

const VALUES = `${LEAST}rules:\n  values: { domain: example.com }\n`;
const config = (root: string) => join(root, "dist/dev/gate/config.yml");
const project = (files: Record<string, string>) => projectOf({ "dist/dev/gate/config.yml": "", ...files });

describe("the rules' tests", () => {
  it("are run with the stage's values", () => {
    const root = project({ "rules/tests.jsonnet": "{}" });
    const { cli, calls } = fakeCli(root);
    testRules(gateSourcesOf(stageIn(root, VALUES)), config(root), cli);
    expect(calls()).toMatchObject([
      {
        folder: join(root, "dist/dev/gate"),
        args: [
          ...["rules", "test", "--config", "config.yml", "--ext-str", "domain=example.com"],
          join(root, "rules/tests.jsonnet"),
        ],
      },
    ]);
  });

  it("are decided by the stage's own settings, whatever the environment's variables", () => {
    const root = project({ "rules/tests.jsonnet": "{}" });
    const { cli, calls } = fakeCli(root);
    vi.stubEnv("OATHGATE_PUBLIC_HOST", "elsewhere.example.com");
    vi.stubEnv("OATHGATE_ALLOW_ENCODED_SLASHES", "true");
    vi.stubEnv("OATHGATE_FORGED_HEADERS", "replace");
    testRules(gateSourcesOf(stageIn(root, `${LEAST}basePath: /orders\n`)), config(root), cli);
    expect(calls()[0]?.decidedAs).toEqual({
      OATHGATE_BASE_PATH: "/orders",
      OATHGATE_VOUCHED_FALLBACK: "none",
    });
    const stage = stageIn(
      root,
      `${LEAST}publicHost: api.example.com\nallowEncodedSlashes: true\nvouchedHeaderFallback: absent\n` +
        "clientHeaders: [X-Trace]\nforgedHeaders: replace\n",
    );
    testRules(gateSourcesOf(stage), config(root), cli);
    expect(calls()[1]?.decidedAs).toEqual({
      OATHGATE_PUBLIC_HOST: "api.example.com",
      OATHGATE_ALLOW_ENCODED_SLASHES: "true",
      OATHGATE_VOUCHED_FALLBACK: "absent",
      OATHGATE_CLIENT_HEADERS: "X-Trace",
      OATHGATE_FORGED_HEADERS: "replace",
    });
  });

  it("stop synth with the failures", () => {
    const root = project({ "rules/tests.jsonnet": "{}" });
    const { cli } = fakeCli(root, { test: { code: 1, stdout: "failed: no guest gets at an account\n" } });
    expect(refusal(() => testRules(gateSourcesOf(stageIn(root)), config(root), cli))).toContain(
      "failed: no guest gets at an account",
    );
  });

  it("are optional", () => {
    const root = project({});
    testRules(gateSourcesOf(stageIn(root)), config(root), {
      testRules: () => {
        throw new Error("there is nothing to run");
      },
    });
  });

  it("must exist if the stage names them", () => {
    const root = project({});
    const stage = stageIn(root, `${LEAST}rules: { tests: rules/test.jsonnet }`);
    expect(refusal(() => testRules(gateSourcesOf(stage), config(root), fakeCli(root).cli))).toBe(
      "`rules.tests` of the stage `dev` names rules/test.jsonnet, which is not a file",
    );
  });
});
