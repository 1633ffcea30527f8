import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  executionStatements,
  MAX_POLICIES,
  MAX_POLICY_SIZE,
  type PolicyScope,
  packed,
} from "../pipeline/execution-policy";
import { ExecutionPolicyStack } from "../pipeline/execution-policy-stack";
import permissions from "../pipeline/permissions.json";
import { stageSchema } from "../stages/stage-schema";
import { handlerPermissions } from "./handler-permissions";
import { STAGES_OF_ALL_KINDS } from "./stages-of-all-kinds";
import { templateOf } from "./synth";

/** Settings that change properties alone, never which types of resources there are. */
const WITHOUT_RESOURCES = new Set([
  "allowEncodedSlashes",
  "basePath",
  "clientHeaders",
  "forgedHeaders",
  "metricsByRule",
  "redirects",
  "timeoutSeconds",
  "vouchedHeaderFallback",
]);

/** By what CloudFormation lets CodeDeploy move an alias: no resource's schema declares it. */
const SHIFTS = [
  "codedeploy:CreateDeployment",
  "codedeploy:GetApplicationRevision",
  "codedeploy:GetDeployment",
  "codedeploy:GetDeploymentConfig",
  "codedeploy:RegisterApplicationRevision",
  "codedeploy:StopDeployment",
];

const SCOPE: PolicyScope = {
  partition: "aws",
  account: "123456789012",
  region: "eu-central-1",
  qualifier: "hnb659fds",
};

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: object;
}

const list = (value: string | string[]) => (typeof value === "string" ? [value] : value);
const STATEMENTS = executionStatements(SCOPE).map((statement): Statement => statement.toJSON());

/** Whether some statement allows an action on a resource; of its conditions only those of `passedTo` are looked at. */
function allows(action: string, resource: string): boolean {
  const like = (pattern: string) =>
    new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(resource);
  return STATEMENTS.some(
    (statement) => list(statement.Action).includes(action) && list(statement.Resource).some(like),
  );
}

/** The types of resources that templates of stages have, CDK's own and custom ones apart. */
function typesOfStages(): string[] {
  const types = STAGES_OF_ALL_KINDS.flatMap((change) =>
    Object.values<{ Type: string }>(templateOf(change).toJSON().Resources).map(({ Type }) => Type),
  );
  return [...new Set(types)].filter((type) => !/^(Custom|AWS::CDK)::/.test(type)).sort();
}

describe("what CloudFormation may do", () => {
  it("is tested with every setting of a stage", () => {
    const seen = new Set(STAGES_OF_ALL_KINDS.flatMap(({ stage }) => Object.keys(parse(stage))));
    const missing = Object.keys(stageSchema.shape).filter(
      (setting) => !seen.has(setting) && !WITHOUT_RESOURCES.has(setting),
    );
    expect(missing, "add them to a stage of infra/test/stages-of-all-kinds.ts").toEqual([]);
  });

  it("is what the types in our templates need, as AWS declares it; `npx vitest run -u` writes it anew", async () => {
    const needed = Object.fromEntries(typesOfStages().map((type) => [type, handlerPermissions(type)]));
    // A custom resource is a function that CloudFormation calls.
    const all = {
      ...needed,
      "Custom::": ["lambda:InvokeFunction"],
      "UpdatePolicy::CodeDeployLambdaAliasUpdate": SHIFTS,
    };
    await expect(`${JSON.stringify(all, null, 2)}\n`).toMatchFileSnapshot("../pipeline/permissions.json");
  });

  it("is allowed action by action, without patterns", () => {
    const actions = STATEMENTS.flatMap(({ Action }) => list(Action));
    expect(new Set(actions)).toEqual(new Set(Object.values<string[]>(permissions).flat()));
    expect(actions.filter((action) => !/^[a-z0-9]+:[A-Za-z]+$/.test(action))).toEqual([]);
  });

  const made = "arn:aws:iam::123456789012:role/oathgate-prod-GateRole";
  const other = "arn:aws:iam::123456789012:role/Admin";
  it.each([
    ["iam:CreateRole", made, true],
    ["iam:CreateRole", other, false],
    ["iam:PutRolePolicy", other, false],
    ["iam:PassRole", other, false],
    ["iam:CreateUser", "*", false],
    [
      "lambda:UpdateFunctionCode",
      "arn:aws:lambda:eu-central-1:123456789012:function:oathgate-prod-Gate",
      true,
    ],
    ["lambda:UpdateFunctionCode", "arn:aws:lambda:eu-central-1:123456789012:function:shop", false],
    [
      "lambda:InvokeFunction",
      "arn:aws:lambda:eu-central-1:123456789012:function:oathgate-prod-KeyMaker",
      true,
    ],
    [
      "secretsmanager:CreateSecret",
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:SigningKeysSecret-1",
      true,
    ],
    [
      "secretsmanager:DeleteSecret",
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/database",
      false,
    ],
    ["apigateway:POST", "arn:aws:apigateway:eu-central-1::/restapis", true],
    ["apigateway:PATCH", "arn:aws:apigateway:eu-central-1::/account", false],
    ["s3:GetObject", "arn:aws:s3:::cdk-hnb659fds-assets-123456789012-eu-central-1/code.zip", true],
    ["s3:GetObject", "arn:aws:s3:::shop/orders.json", false],
    ["lambda:CreateFunction", "arn:aws:lambda:us-east-1:123456789012:function:oathgate-prod-Gate", false],
  ])("%s of %s: %s", (action, resource, allowed) => {
    expect(allows(action, resource)).toBe(allowed);
  });

  it("passes roles to services that stages use, and lets only API Gateway call other functions", () => {
    const conditions = (action: string) =>
      STATEMENTS.filter(({ Action }) => list(Action).includes(action)).map(({ Condition }) => Condition);
    expect(JSON.stringify(conditions("iam:PassRole"))).toContain(
      '"iam:PassedToService":["lambda.amazonaws.com"',
    );
    expect(conditions("lambda:AddPermission")).toEqual([
      undefined,
      { StringEquals: { "lambda:Principal": "apigateway.amazonaws.com" } },
    ]);
    expect(conditions("iam:AttachRolePolicy")).toEqual([
      { ArnLike: { "iam:PolicyARN": ["arn:aws:iam::aws:policy/service-role/AWS*"] } },
    ]);
  });

  it("covers the names in our templates", () => {
    const named = STAGES_OF_ALL_KINDS.flatMap((change) =>
      Object.entries<{ Type: string; Properties?: Record<string, unknown> }>(
        templateOf(change).toJSON().Resources,
      ),
    );
    const secrets = named.filter(([, { Type }]) => Type === "AWS::SecretsManager::Secret");
    expect(secrets.length).toBeGreaterThan(0);
    for (const [id, { Properties }] of secrets) {
      const name = String(Properties?.Name ?? id);
      expect(
        allows(
          "secretsmanager:CreateSecret",
          `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}`,
        ),
        name,
      ).toBe(true);
    }
    for (const [id, { Type, Properties = {} }] of named) {
      if (Type === "AWS::Lambda::Permission" && typeof Properties.FunctionName === "string") {
        expect(allows("lambda:AddPermission", Properties.FunctionName), id).toBe(true);
        expect(Properties.Principal, id).toBe("apigateway.amazonaws.com");
      }
      for (const key of ["RoleName", "LogGroupName", "AlarmName", "TopicName", "DashboardName"]) {
        if (typeof Properties[key] === "string") {
          expect(Properties[key], `${id} ${key}`).toMatch(/^oathgate-/);
        }
      }
    }
  });

  it("fits into managed policies that one role may have", () => {
    const policies = packed(executionStatements(SCOPE));
    expect(policies.length).toBeLessThanOrEqual(MAX_POLICIES);
    for (const statements of policies) {
      const document = { Version: "2012-10-17", Statement: statements.map((one) => one.toJSON()) };
      expect(JSON.stringify(document).length).toBeLessThanOrEqual(MAX_POLICY_SIZE);
    }
  });

  it("is passed to `cdk bootstrap` as the stack's output", () => {
    const stack = new ExecutionPolicyStack(new App({ analyticsReporting: false }), "execution", {
      qualifier: "hnb659fds",
    });
    const template = Template.fromStack(stack);
    const made = Object.keys(template.findResources("AWS::IAM::ManagedPolicy"));
    expect(made.length).toBe(packed(executionStatements(SCOPE)).length);
    const [output] = Object.values(template.findOutputs("*"));
    for (const id of made) {
      expect(JSON.stringify(output)).toContain(id);
    }
  });
});
