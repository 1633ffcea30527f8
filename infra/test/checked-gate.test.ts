import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkStack, checkStage } from "../stages/create-stacks";
import { fakeCli, projectOf, refusal, stageIn } from "./project";
import { LEAST, PRINTED_REPORT, REPORT, ROOT, RULES } from "./synth";

const WARNING = "warning: rules.json:1: rule `a`: its pattern can take very long\n";
const NOTE = "note: the header `X-User` is set by 1 of 2 rules\n1 rules, 0 errors, 1 warnings\n";

function checked(answers: Parameters<typeof fakeCli>[1], stage = LEAST) {
  const root = projectOf({ "config/config.yml": "", "rules/tests.jsonnet": "" });
  const { cli, calls } = fakeCli(root, {
    headers: { stdout: JSON.stringify(PRINTED_REPORT) },
    list: { stdout: JSON.stringify(RULES) },
    ...answers,
  });
  return { gate: () => checkStage(stageIn(root, stage), cli), calls, root };
}

describe("what synth and `make check` check", () => {
  it("is shown with every warning and note, the tests' outcome and what the backend receives", () => {
    const { gate } = checked({
      check: { stdout: WARNING + NOTE },
      test: { stdout: "no test reaches the rule `a`\n3 passed, 0 failed\n" },
    });
    expect(gate().findings).toBe(
      `${WARNING}${NOTE}no test reaches the rule \`a\`\n3 passed, 0 failed\n${JSON.stringify(PRINTED_REPORT)}`,
    );
  });

  it("includes rules, tests, and the report that the stack is made from", () => {
    const { gate, calls } = checked(
      {},
      `${LEAST}clientHeaders: [Authorization, X-Trace]\npublicHost: api.example.com\nbackendTimeoutSeconds: 60\n`,
    );
    expect(gate()).toMatchObject({
      checked: { ...REPORT, rules: RULES },
      findings: expect.stringContaining("note: stage `dev`: backendTimeoutSeconds: more than 29"),
    });
    const beside = ["--config", "config.yml"];
    expect(calls().map(({ args }) => args.slice(0, 8))).toEqual([
      ["rules", "check", ...beside, "--api-gateway", "--public-host", "api.example.com"],
      ["rules", "test", ...beside, expect.stringContaining("rules/tests.jsonnet")],
      ["headers", ...beside, "--client-headers", "Authorization,X-Trace"],
      ["headers", ...beside, "--format", "json", "--public-path", expect.any(String), "--public-host"],
      ["rules", "list", ...beside, "--format", "json"],
    ]);
  });

  it("includes what the stack can't be made from", () => {
    const { gate } = checked({
      headers: { stdout: JSON.stringify({ ...PRINTED_REPORT, www_authenticate: { realm: "a'b" } }) },
    });
    expect(refusal(gate)).toContain("must not contain `'` or control characters");
  });

  it("includes what can't be packaged", () => {
    const root = projectOf({ "cdk.json": '{"context":{}}', "config/config.yml": "" });
    const { cli } = fakeCli(root, { package: { code: 1, stderr: "the rules are too many" } });
    const gate = {
      stage: stageIn(root),
      checked: { ...REPORT, rules: RULES, configFile: join(root, "config/config.yml") },
    };
    expect(refusal(() => checkStack(gate, cli))).toContain("the rules are too many");
  });

  it("includes what the CDK library refuses", () => {
    const stage = { ...stageIn(ROOT), name: "check" };
    const gate = {
      stage,
      checked: { ...REPORT, rules: RULES, configFile: join(ROOT, "config/config.yml") },
    };
    const { cli } = fakeCli(projectOf({}));
    expect(() => checkStack(gate, cli)).not.toThrow();
    const impossible = { ...stage, settings: { ...stage.settings, backendTimeoutSeconds: 0 } };
    expect(() => checkStack({ ...gate, stage: impossible }, cli)).toThrow(/timeout/i);
  });
});
