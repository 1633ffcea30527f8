import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BACKENDS } from "./backend-stages";
import { EVERYTHING } from "./everything";
import { LEAST, ROOT, templateOf } from "./synth";

/** In the virtual environment that `make` keeps. */
const CFN_LINT = join(ROOT, ".venv/bin/cfn-lint");

/** What cfn-lint may complain about, and why it is as it should be. */
const ACCEPTED: Record<string, string> = {
  I1022: "the CDK library joins texts with Fn::Join; people write Fn::Sub",
  W3005: "the CDK library lets a function wait for the whole of its role, beyond the attribute that it reads",
};

const STAGES = readdirSync(join(ROOT, "config/stages"));

const folder = mkdtempSync(join(tmpdir(), "oathgate-cfn-lint-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** cfn-lint's findings in a template, including warnings and notes. */
function lint(name: string, template: object, accepted = Object.keys(ACCEPTED)): string {
  expect(existsSync(CFN_LINT), `${CFN_LINT} is missing: run \`make .venv\``).toBe(true);
  const file = join(folder, `${name}.template.json`);
  writeFileSync(file, JSON.stringify(template));
  const done = spawnSync(
    CFN_LINT,
    [
      ...["--format", "parseable", "--regions", "eu-central-1", "--include-checks", "I"],
      ...(accepted.length === 0 ? [] : ["--ignore-checks", ...accepted]),
      ...["--", file],
    ],
    { cwd: ROOT, encoding: "utf8" },
  );
  expect(done.error).toBeUndefined();
  return [done.stdout, done.stderr].join("").trim();
}

describe("cfn-lint", () => {
  it("finds nothing in the template of a stage for an API that is made elsewhere", () => {
    const stage = "api: { attach: a1b2c3d4e5, stage: prod, exclude: [GET /health] }\n";
    expect(lint("attached", templateOf({ stage }).toJSON())).toBe("");
  });

  it.each(STAGES)("finds nothing in the template of %s", (file) => {
    const stage = readFileSync(join(ROOT, "config/stages", file), "utf8");
    expect(lint(file, templateOf({ stage }).toJSON())).toBe("");
  });

  it("finds nothing in the template of a stage with every setting", () => {
    expect(lint("everything", templateOf({ stage: EVERYTHING }).toJSON())).toBe("");
  });

  it.each(["alias", "network load balancer", "application load balancer"] as const)(
    "finds nothing in the template of a stage whose backend is: %s",
    (kind) => {
      expect(lint(kind.replaceAll(" ", "-"), templateOf({ stage: BACKENDS[kind] }).toJSON())).toBe("");
    },
  );

  it.each([
    [
      "http",
      "api: { kind: http, tokenHeader: X-Token }\ncors: { allowOrigins: [https://app.example.com], exposeHeaders: [X-Page] }\n",
    ],
    ["websocket", "api: { kind: websocket }\n"],
  ])("finds nothing in the template of a stage of the kind %s", (kind, text) => {
    const stage = `${LEAST}accessLogs: true\nthrottle: { rateLimit: 5, burstLimit: 9 }\n${text}`;
    expect(lint(kind, templateOf({ stage, report: { redirects: false } }).toJSON())).toBe("");
  });

  it("needs every exception in its configuration", () => {
    const found = lint("exceptions", templateOf({ stage: EVERYTHING }).toJSON(), []);
    const checks = found.split("\n").map((line) => line.match(/:([EWI]\d{4}):/)?.[1]);
    expect([...new Set(checks)].sort()).toEqual(Object.keys(ACCEPTED));
  });

  it("would find what CloudFormation does not accept", () => {
    const template = structuredClone(templateOf().toJSON());
    template.Resources.Wrong = { Type: "AWS::Lambda::Function", Properties: { MemorySize: 1 } };
    expect(lint("wrong", template)).toMatch(/E3003|E3034/);
  });
});
