import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import type { GateReport, ListedRule } from "../lib/gate-report";
import { OathgateCode } from "../lib/oathgate-code";
import { createStacks } from "../stages/create-stacks";
import type { OathgateStack } from "../stages/oathgate-stack";
import { parseStage } from "../stages/stage";

/** The project's root. */
export const ROOT = resolve(__dirname, "../..");

/** Folders in place of built functions. */
export const READY_CODE = OathgateCode.fromFolders({
  authorizer: join(__dirname, "fixtures/functions/authorizer"),
  signingKeys: join(__dirname, "fixtures/functions/signing-keys"),
});

/** What the recipe's rules vouch for. */
export const REPORT: GateReport = {
  vouchedHeaders: [
    { header: "Authorization", contextKey: "authorization" },
    { header: "X-User", contextKey: "x-user" },
  ],
  redirects: true,
};

/** The report of `oathgate headers` on the same rules. */
export const PRINTED_REPORT = {
  vouched: [
    { header: "Authorization", context_key: "authorization" },
    { header: "X-User", context_key: "x-user" },
  ],
  www_authenticate: null,
  redirects: true,
  received: [],
};

/** Two rules of the recipe, as they are listed. */
export const RULES: ListedRule[] = [
  {
    id: "health",
    methods: ["GET", "HEAD"],
    url: "https://api.example.com/health",
    authenticators: ["noop"],
    authorizer: "allow",
    mutators: ["noop"],
    errors: [],
    digest: "0123456789ab",
  },
  {
    id: "page",
    methods: ["GET"],
    url: "https://api.example.com/<(app|settings)/.*>",
    authenticators: ["cookie_session"],
    authorizer: "allow",
    mutators: ["header", "id_token"],
    errors: ["redirect"],
    digest: "ba9876543210",
  },
];

/** The least a stage file holds. */
export const LEAST = "backendUrl: https://backend.example.com\n";

/** What a test changes of a stack. */
export interface Change {
  /** The text of the stage file. */
  readonly stage?: string;
  readonly report?: Partial<GateReport>;
  readonly code?: OathgateCode;
  /** CDK context besides the project's own. */
  readonly context?: Record<string, unknown>;
}

/** The stack `oathgate-test`, with the project's feature flags and without running Rust. */
export function stackOf(change: Change = {}): OathgateStack {
  const flags: Record<string, unknown> = JSON.parse(readFileSync(join(ROOT, "cdk.json"), "utf8")).context;
  const app = new App({ context: { ...flags, ...change.context }, analyticsReporting: false });
  return createStacks(app, {
    stage: { name: "test", root: ROOT, settings: parseStage("test.yml", change.stage ?? LEAST) },
    checked: { ...REPORT, ...change.report, rules: RULES, configFile: join(ROOT, "config/config.yml") },
    code: change.code ?? READY_CODE,
  });
}

const templates = new Map<string, Template>();

/** Its template; made once for each change, since synthesising is what takes the tests' time. */
export function templateOf(change: Change = {}): Template {
  const key = JSON.stringify(change);
  const template = templates.get(key) ?? Template.fromStack(stackOf(change));
  templates.set(key, template);
  return template;
}
