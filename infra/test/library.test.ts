import { chmodSync, existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { App, Duration, Stack } from "aws-cdk-lib";
import { Annotations, Match, Template } from "aws-cdk-lib/assertions";
import { RestApi } from "aws-cdk-lib/aws-apigateway";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Oathgate } from "../lib/oathgate";
import { OathgateCode } from "../lib/oathgate-code";
import type { OathgateProps } from "../lib/oathgate-props";
import { emptyStack, gateIn } from "./own-api";
import { type Answer, fakeCli, projectOf, refusal } from "./project";
import { PRINTED_REPORT, RULES } from "./synth";

const SAID: Record<string, Answer> = {
  headers: { stdout: JSON.stringify(PRINTED_REPORT) },
  list: { stdout: JSON.stringify(RULES) },
};

/** The folder of somebody's app, with a program in it that stands for `oathgate`, and built functions. */
function appFolder(files: Record<string, string> = {}, answers: Record<string, Answer> = {}) {
  const root = projectOf({
    "gate/config.yml": "log: { level: info }\n",
    "gate/rules.jsonnet": "[]",
    "built/bootstrap": "a",
    "built/oathgate-signing-keys": "k",
    "built/oathgate": `#!/bin/sh\nexec '${process.execPath}' '${join(__dirname, "fixtures/oathgate.mjs")}' "$@"\n`,
    ...files,
  });
  chmodSync(join(root, "built/oathgate"), 0o755);
  const { calls } = fakeCli(root, { ...SAID, ...answers });
  vi.spyOn(process, "cwd").mockReturnValue(root);
  return { root, calls };
}

function makeGate(root: string, props: Partial<OathgateProps> = {}, context: Record<string, unknown> = {}) {
  const app = new App({ outdir: join(root, "cdk.out"), context, analyticsReporting: false });
  const stack = new Stack(app, "own");
  const code = OathgateCode.fromBinaries(join(root, "built"), "`code`");
  const gate = new Oathgate(stack, "Gate", { config: "gate/config.yml", code, ...props });
  return { gate, stack };
}

beforeEach(() => {
  vi.restoreAllMocks();
  vi.stubEnv("OATHGATE_CLI", "");
});

describe("a gate in a user's app", () => {
  it("is written, checked, tested and packaged by the program next to its binaries, in the app's output", () => {
    const { root, calls } = appFolder({ "gate/tests.jsonnet": "{}" });
    const { gate, stack } = makeGate(root, {
      rules: "gate/rules.jsonnet",
      ruleTests: "gate/tests.jsonnet",
      publicHost: "api.example.com",
    });
    expect(calls().map(({ args }) => args.slice(0, 2).join(" "))).toEqual([
      ...["rules build", "rules check", "rules test", "headers --config", "headers --config", "rules list"],
      "package --config",
    ]);
    expect(
      calls()
        .slice(1)
        .every(({ folder }) => folder.startsWith(join(root, "cdk.out"))),
    ).toBe(true);
    expect(calls()[2]?.decidedAs).toEqual({
      OATHGATE_PUBLIC_HOST: "api.example.com",
      OATHGATE_VOUCHED_FALLBACK: "none",
    });
    expect(gate.vouchedHeaders.map(({ header }) => header)).toEqual(["Authorization", "X-User"]);
    Template.fromStack(stack).resourceCountIs("AWS::Lambda::Version", 1);
  });

  it("shows what the check finds as annotations, one for each finding", () => {
    const stdout =
      "warning: rules.json:1: it can take very long\nnote: config.yml:2: ignored\n1 rules, 0 errors, 1 warnings\n";
    const { root } = appFolder({}, { check: { stdout } });
    const { stack } = makeGate(root);
    const shown = Annotations.fromStack(stack);
    shown.hasWarning("/own/Gate", Match.stringLikeRegexp("^rules.json:1: it can take very long"));
    shown.hasInfo("/own/Gate", Match.stringLikeRegexp("^config.yml:2: ignored"));
  });

  it("says in the template which rules it has, apart from those of another gate", () => {
    const { root } = appFolder();
    const { stack } = makeGate(root);
    new Oathgate(stack, "Second", {
      config: "gate/config.yml",
      code: OathgateCode.fromBinaries(join(root, "built")),
    });
    const { Metadata } = Template.fromStack(stack).toJSON();
    expect(Object.keys(Metadata)).toEqual([
      "Rule health",
      "Rule page",
      "Second: Rule health",
      "Second: Rule page",
    ]);
  });

  it("does nothing if the CDK command line does not deploy", () => {
    const { root } = appFolder({}, { check: { code: 1, stdout: "error: rules.json: broken\n" } });
    const { stack } = makeGate(root, {}, { "aws:cdk:bundling-stacks": [] });
    expect(existsSync(join(root, "calls"))).toBe(false);
    Template.fromStack(stack).resourceCountIs("AWS::Lambda::Function", 2);
  });

  it("has another contract if mappings or refusals differ, and the same if only the rules differ", () => {
    const contract = (props: Partial<OathgateProps> = {}) => gateIn(emptyStack(), props).contract;
    const report = {
      vouchedHeaders: [{ header: "X-User", contextKey: "x-user" }],
      redirects: false,
      rules: [],
    };
    expect(contract({ publicHost: "api.example.com", memorySize: 512 })).toBe(contract());
    for (const props of [
      { checked: report },
      { clientHeaders: ["X-User"] },
      { forgedHeaders: "replace" as const },
      { vouchedHeaderFallback: "nobody" },
      { redirects: "location" as const },
    ]) {
      expect(contract(props), JSON.stringify(props)).not.toBe(contract());
    }
  });
});

describe("invalid props are refused with a message that names the prop:", () => {
  const refused: [string, Partial<OathgateProps>, Record<string, Answer>, string][] = [
    [
      "no such configuration",
      { config: "gate/confg.yml" },
      {},
      "`config` names gate/confg.yml, which is not a file",
    ],
    [
      "no such rules",
      { rules: "gate/rule.jsonnet" },
      {},
      "`rules` names gate/rule.jsonnet, which is not a file",
    ],
    [
      "no such tests",
      { ruleTests: "gate/t.jsonnet" },
      {},
      "`ruleTests` names gate/t.jsonnet, which is not a file",
    ],
    [
      "rules that can't be compiled",
      { rules: "gate/rules.jsonnet" },
      { build: { code: 1, stderr: "error: unknown external variable `domain`\n" } },
      "`rules` names gate/rules.jsonnet, which can't be compiled:\n  error: unknown external variable `domain`",
    ],
    [
      "rules with an error",
      { rules: "gate/rules.jsonnet" },
      {
        check: {
          code: 1,
          stdout: "error: rules.json:3: rule `a`: no `match`\n1 rules, 1 errors, 0 warnings\n",
        },
      },
      "`config`, `rules` can't be deployed: correct each error (`oathgate rules check` in cdk.out/",
    ],
    [
      "rules that fail a test",
      { ruleTests: "gate/rules.jsonnet" },
      { test: { code: 1, stdout: "failed: tests.jsonnet: no guest\n0 passed, 1 failed\n" } },
      "the rules fail tests that `ruleTests` names: correct the rules or the tests",
    ],
    [
      "code that the package was made without",
      { code: OathgateCode.fromPackage() },
      {},
      "there is no `oathgate` program to check the rules with: set OATHGATE_CLI to its path",
    ],
    [
      "a time that API Gateway does not wait",
      { timeout: Duration.minutes(1) },
      {},
      "own/Gate: `timeout` must be a whole number of seconds from 1 to 29; it is `60`",
    ],
    [
      "too little memory",
      { memorySize: 64 },
      {},
      "`memorySize` must be a whole number of MiB from 128 to 10240; it is `64`",
    ],
    [
      "no host",
      { publicHost: "https://api.example.com" },
      {},
      "`publicHost` must be a host name in lower case",
    ],
    ["no path", { basePath: "orders" }, {}, "`basePath` must be a path such as `/orders`"],
    [
      "a placeholder with a blank",
      { vouchedHeaderFallback: "no body" },
      {},
      "`vouchedHeaderFallback` must be 1 to 128 visible",
    ],
    [
      "no header's name",
      { clientHeaders: ["X-User", "X User"] },
      {},
      "`clientHeaders[1]` must be a header's name; it is `X User`",
    ],
    [
      "a session kept too long",
      { sessionCache: { ttl: Duration.days(1) } },
      {},
      "`sessionCache.ttl` must be a whole number of seconds from 1 to 3600",
    ],
    [
      "no session kept longer than one",
      { sessionCache: { ttl: Duration.seconds(5), negativeTtl: Duration.seconds(9) } },
      {},
      "`sessionCache.negativeTtl` must not be longer than `ttl`",
    ],
    [
      "keys that are never read again",
      { signingKeys: { ttl: Duration.days(2) } },
      {},
      "`signingKeys.ttl` must be a whole number of seconds from 1 to 86400",
    ],
    [
      "a namespace of AWS's",
      { metrics: { namespace: "AWS/Lambda", stage: "live" } },
      {},
      "`metrics.namespace` must be a namespace such as `Oathgate`",
    ],
  ];

  it.each(refused)("%s", (_, props, answers, sentence) => {
    const { root } = appFolder({}, answers);
    expect(refusal(() => makeGate(root, props))).toContain(sentence);
  });

  it("the error is traced to the app's line, past the library's own", () => {
    const { root } = appFolder();
    const trace = (act: () => unknown): string[] => {
      try {
        act();
      } catch (error) {
        return (error as Error).stack?.split("\n").filter((line) => line.startsWith("    at ")) ?? [];
      }
      return [];
    };
    expect(trace(() => makeGate(root, { config: "gate/confg.yml" }))[0]).toContain("makeGate");
    const stack = emptyStack();
    const api = new RestApi(stack, "Api");
    const gate = gateIn(stack);
    gate.protect(api);
    expect(trace(() => gate.protect(api))[0]).toContain("library.test.ts");
  });

  it("a configuration that lies in the app's own folder, which would be deployed as a whole", () => {
    const { root } = appFolder({ "config.yml": "" });
    expect(refusal(() => makeGate(root, { config: "config.yml" }))).toContain(
      "`config` names config.yml: every file beside a configuration is deployed with it",
    );
  });

  it("a checked gate that was not laid out, where code is to be packaged", () => {
    const { root } = appFolder();
    const checked = { vouchedHeaders: [], redirects: false, rules: [] };
    expect(refusal(() => makeGate(root, { checked }))).toContain("`checked` has no `configFile`");
  });

  it("functions that are not built", () => {
    const { root } = appFolder();
    const code = OathgateCode.fromBinaries(join(root, "gate"), "`code`");
    vi.stubEnv("OATHGATE_CLI", join(root, "built/oathgate"));
    expect(refusal(() => makeGate(root, { code }))).toBe(
      `\`code\`: \`${join(realpathSync(root), "gate/bootstrap")}\` does not exist; build it first`,
    );
  });

  it.each([
    [
      { allowOrigins: ["https://app.example.com/"] },
      "`cors.allowOrigins[0]` must be `*` or an origin such as",
    ],
    [{ allowOrigins: [] }, "`cors.allowOrigins` must name an origin"],
    [{ allowOrigins: ["*"], allowCredentials: true }, "`cors.allowCredentials` can't be true while"],
    [{ allowOrigins: ["*"], exposeHeaders: ["X'Y"] }, "`cors.exposeHeaders[0]` must be a header's name"],
  ])("cross-origin options without effect: %j", (cors, sentence) => {
    const stack = emptyStack();
    const api = new RestApi(stack, "Api");
    expect(refusal(() => gateIn(stack).protect(api, { cors }))).toContain(`own/Api: ${sentence}`);
  });
});
