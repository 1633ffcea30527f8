import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { createPipeline, EXECUTION_STACK, ROLES_STACK } from "../pipeline/create-pipeline";
import { projectOf, refusal } from "./project";
import { LEAST, ROOT } from "./synth";

const IN_EUROPE = `${LEAST}account: "111111111111"\nregion: eu-central-1\n`;

/** An app of a project with two stages, one of which names account and region. */
function appOf(context: Record<string, string>, prod = IN_EUROPE): App {
  const root = projectOf({ "config/stages/dev.yml": LEAST, "config/stages/prod.yml": prod });
  const app = new App({ context, analyticsReporting: false });
  createPipeline(app, root, { CDK_DEFAULT_ACCOUNT: "222222222222", CDK_DEFAULT_REGION: "us-east-1" });
  return app;
}

function rolesOf(context: Record<string, string> = {}, prod = IN_EUROPE): Template {
  const app = appOf({ pipeline: "roles", repository: "octocat/gate", stages: "dev,prod", ...context }, prod);
  return Template.fromStack(app.node.findChild(ROLES_STACK) as never);
}

interface Trust {
  readonly Action: string;
  readonly Condition: Record<string, Record<string, unknown>>;
  readonly Principal: { readonly Federated: unknown };
}

interface Role {
  readonly Properties: {
    readonly Description: string;
    readonly AssumeRolePolicyDocument: { Statement: [Trust] };
    readonly Policies: {
      PolicyDocument: { Statement: { Action: unknown; Resource: unknown; Effect: string }[] };
    }[];
    readonly PermissionsBoundary: unknown;
    readonly MaxSessionDuration: number;
    readonly ManagedPolicyArns?: unknown;
  };
}

interface Trusted {
  readonly subject: unknown;
  readonly mayAssume: string[];
}

/** Each role by its description: whom it trusts, and what it may assume. */
function trusts(template: Template): Record<string, Trusted> {
  return Object.fromEntries(
    Object.values(template.findResources("AWS::IAM::Role") as Record<string, Role>).map(({ Properties }) => {
      expect(Properties.AssumeRolePolicyDocument.Statement).toHaveLength(1);
      const [trust] = Properties.AssumeRolePolicyDocument.Statement;
      expect(trust.Action).toBe("sts:AssumeRoleWithWebIdentity");
      expect(Object.keys(trust.Condition)).toEqual(["StringEquals"]);
      const equals = trust.Condition.StringEquals ?? {};
      expect(equals["token.actions.githubusercontent.com:aud"]).toBe("sts.amazonaws.com");
      expect(Object.keys(equals)).toHaveLength(2);
      const [statement] = statementsOf(Properties);
      expect([statement?.Action, statement?.Effect]).toEqual(["sts:AssumeRole", "Allow"]);
      expect(Properties.ManagedPolicyArns).toBeUndefined();
      return [
        Properties.Description,
        {
          subject: equals["token.actions.githubusercontent.com:sub"],
          mayAssume: [statement?.Resource].flat().map(readable).sort(),
        },
      ];
    }),
  );
}

function statementsOf({ Policies }: Role["Properties"]) {
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** What a role may do besides assuming roles: actions, and the resources they are for. */
function rightsOf(template: Template, description: string): [unknown, string[]][] {
  const roles = Object.values(template.findResources("AWS::IAM::Role") as Record<string, Role>);
  return roles
    .filter(({ Properties }) => Properties.Description === description)
    .flatMap(({ Properties }) => statementsOf(Properties).slice(1))
    .map(({ Action, Effect, Resource }) => {
      expect(Effect).toBe("Allow");
      return [Action, [Resource].flat().map(readable)];
    });
}

/** An ARN with the stack's own account and region by name. */
function readable(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  const [, parts] = (value as { "Fn::Join": [string, (string | { Ref: string })[]] })["Fn::Join"];
  return parts
    .map((part) => (typeof part === "string" ? part : `{${part.Ref.replace("AWS::", "")}}`))
    .join("");
}

const DIFF = "Compares stages with changes, for pull requests and the drift check";
const here = (role: string) =>
  `arn:{Partition}:iam::{AccountId}:role/cdk-hnb659fds-${role}-{AccountId}-{Region}`;
const inEurope = (role: string) =>
  `arn:{Partition}:iam::111111111111:role/cdk-hnb659fds-${role}-111111111111-eu-central-1`;

describe("the roles of a pipeline", () => {
  it("let pull requests read, and an environment's job deploy the stage of the same name", () => {
    expect(trusts(rolesOf())).toEqual({
      [DIFF]: {
        subject: ["repo:octocat/gate:pull_request", "repo:octocat/gate:ref:refs/heads/main"],
        mayAssume: [inEurope("lookup-role"), here("lookup-role")],
      },
      "Deploys the stage dev": {
        subject: "repo:octocat/gate:environment:dev",
        mayAssume: [here("deploy-role"), here("file-publishing-role"), here("lookup-role")],
      },
      "Deploys the stage prod": {
        subject: "repo:octocat/gate:environment:prod",
        mayAssume: [inEurope("deploy-role"), inEurope("file-publishing-role"), inEurope("lookup-role")],
      },
    });
  });

  it("trust a branch if the repository has no environments", () => {
    const found = trusts(rolesOf({ trust: "branch", branch: "release/1" }));
    expect(found["Deploys the stage prod"]?.subject).toBe("repo:octocat/gate:ref:refs/heads/release/1");
    expect(found[DIFF]?.subject).toContain("repo:octocat/gate:ref:refs/heads/release/1");
  });

  it("trust a repository by its ids if its subjects are immutable", () => {
    const found = trusts(rolesOf({ repository: "octocat@123456/gate@456789" }));
    expect(found["Deploys the stage dev"]?.subject).toBe("repo:octocat@123456/gate@456789:environment:dev");
  });

  it("are for CDK's resources of the qualifier that the app uses", () => {
    const found = trusts(rolesOf({ "@aws-cdk/core:bootstrapQualifier": "ours" }));
    expect(found["Deploys the stage prod"]?.mayAssume[0]).toContain("role/cdk-ours-deploy-role-");
  });

  it("may delete what a stage does not keep of earlier deploys if they deploy, and nothing if they only read", () => {
    const api = "arn:{Partition}:apigateway:eu-central-1::/restapis/*";
    const template = rolesOf();
    expect(rightsOf(template, "Deploys the stage prod")).toEqual([
      [
        ["cloudformation:DescribeStacks", "cloudformation:GetTemplate", "cloudformation:ListStackResources"],
        ["arn:{Partition}:cloudformation:eu-central-1:111111111111:stack/oathgate-prod/*"],
      ],
      ["apigateway:GET", [`${api}/stages`, `${api}/deployments`, `${api}/authorizers`]],
      ["apigateway:DELETE", [`${api}/deployments/*`, `${api}/authorizers/*`]],
      [
        [
          "lambda:DeleteAlias",
          "lambda:DeleteFunction",
          "lambda:GetPolicy",
          "lambda:ListAliases",
          "lambda:ListVersionsByFunction",
        ],
        ["arn:{Partition}:lambda:eu-central-1:111111111111:function:oathgate-prod-*"],
      ],
    ]);
    expect(rightsOf(template, DIFF)).toEqual([]);
  });

  it.each([
    ["keeps nothing", `${LEAST}rollout: { keepVersions: 0 }\n`],
    ["is attached to an API that is made elsewhere", "api: { attach: a1b2c3d4e5, stage: prod }\n"],
    ["has an HTTP API", `${LEAST}api: { kind: http, tokenHeader: X-Token }\n`],
  ])("may delete nothing of a stage that %s", (_, stage) => {
    expect(rightsOf(rolesOf({}, stage), "Deploys the stage prod")).toEqual([]);
  });

  it("have a permissions boundary: no later policy grants more than all of them may do", () => {
    const template = rolesOf();
    const [[id, { Properties }] = ["", { Properties: {} }]] = Object.entries(
      template.findResources("AWS::IAM::ManagedPolicy"),
    );
    const [statement, ...others] = Properties.PolicyDocument.Statement;
    const ofRoles = ["dev", "prod"].flatMap((name) => rightsOf(template, `Deploys the stage ${name}`));
    const bounds = others.map(({ Action, Resource }: { Action: unknown; Resource: unknown }) => [
      Action,
      [Resource].flat().map(readable),
    ]);
    expect(bounds).toEqual(expect.arrayContaining(ofRoles));
    expect(bounds).toHaveLength(ofRoles.length);
    expect(statement.Action).toBe("sts:AssumeRole");
    expect(new Set(statement.Resource.map(readable))).toEqual(
      new Set(Object.values(trusts(template)).flatMap(({ mayAssume }) => mayAssume)),
    );
    for (const role of Object.values(template.findResources("AWS::IAM::Role") as Record<string, Role>)) {
      expect(role.Properties.PermissionsBoundary).toEqual({ Ref: id });
      expect(role.Properties.MaxSessionDuration).toBe(3600);
    }
  });

  it("have the organisation's own policy as boundary if there is one", () => {
    const template = rolesOf({ boundary: "arn:aws:iam::222222222222:policy/bounds" });
    template.resourceCountIs("AWS::IAM::ManagedPolicy", 0);
    template.allResourcesProperties("AWS::IAM::Role", {
      PermissionsBoundary: "arn:aws:iam::222222222222:policy/bounds",
    });
  });

  it("include GitHub's provider, which outlives the stack", () => {
    rolesOf().hasResource("AWS::IAM::OIDCProvider", {
      Properties: { Url: "https://token.actions.githubusercontent.com", ClientIdList: ["sts.amazonaws.com"] },
      DeletionPolicy: "RetainExceptOnCreate",
    });
  });

  it("trust an existing provider of the account", () => {
    const template = rolesOf({ provider: "existing" });
    template.resourceCountIs("AWS::IAM::OIDCProvider", 0);
    const [role] = Object.values(template.findResources("AWS::IAM::Role") as Record<string, Role>);
    expect(readable(role?.Properties.AssumeRolePolicyDocument.Statement[0].Principal.Federated)).toBe(
      "arn:{Partition}:iam::{AccountId}:oidc-provider/token.actions.githubusercontent.com",
    );
  });

  it("are the stack's outputs, for the variables of the workflow", () => {
    expect(Object.keys(rolesOf().findOutputs("*")).sort()).toEqual([
      "DeployRoleDevArn",
      "DeployRoleProdArn",
      "DiffRoleArn",
    ]);
  });

  it("need no resource of `cdk bootstrap`", () => {
    const { Parameters, Rules } = rolesOf().toJSON();
    expect([Parameters, Rules]).toEqual([undefined, undefined]);
  });

  it("break none of AWS's own rules", () => {
    const app = appOf({ pipeline: "roles", repository: "octocat/gate", stages: "dev,prod" });
    const { violations } = new AwsSolutionsChecks().validateScope(app);
    // Ids of APIs, deployments and versions are not known before they are made.
    const asterisks =
      /^AwsSolutions-IAM5\[Resource::.*(restapis\/\*|function:oathgate-[a-z]+-\*|stack\/oathgate-[a-z]+\/\*)/;
    expect(violations.map(({ ruleName }) => ruleName).filter((name) => !asterisks.test(name))).toEqual([]);
  });

  it.each(["roles", "execution-policy"])("are lint-free, as all templates are: %s", (pipeline) => {
    const app = appOf({ pipeline, repository: "octocat/gate", stages: "prod" });
    const stack = app.node.findChild(pipeline === "roles" ? ROLES_STACK : EXECUTION_STACK);
    const folder = projectOf({});
    const file = join(folder, "template.json");
    writeFileSync(file, JSON.stringify(Template.fromStack(stack as never).toJSON()));
    const { stdout, stderr } = spawnSync(
      join(ROOT, ".venv/bin/cfn-lint"),
      ["--format", "parseable", "--regions", "eu-central-1", "--", file],
      { encoding: "utf8" },
    );
    expect([stdout, stderr].join("").trim()).toBe("");
  });
});

describe("a pipeline's settings", () => {
  const refusals: [string, Record<string, string>, string][] = [
    ["no repository", {}, "REPOSITORY is missing; it must be a repository of GitHub such as `octocat/gate`"],
    [
      "a repository's URL",
      { repository: "https://github.com/octocat/gate" },
      "REPOSITORY is `https://github.com",
    ],
    ["a pattern for repositories", { repository: "octocat/*" }, "REPOSITORY is `octocat/*`; it must be"],
    ["one id of two", { repository: "octocat@1/gate" }, "it must have both ids or none"],
    [
      "a pattern for branches",
      { repository: "o/r", branch: "*" },
      "BRANCH is `*`; it must be the name of one branch",
    ],
    [
      "another trust",
      { repository: "o/r", trust: "tags" },
      "TRUST is `tags`; it must be `environments` or `branch`",
    ],
    [
      "another provider",
      { repository: "o/r", provider: "mine" },
      "OIDC_PROVIDER is `mine`; it must be `new` or `existing`",
    ],
    [
      "a boundary by name",
      { repository: "o/r", boundary: "bounds" },
      "BOUNDARY is `bounds`; it must be the ARN",
    ],
    ["a stage that is not there", { repository: "o/r", stages: "prd" }, "there is no stage `prd`"],
  ];
  it.each(refusals)("are refused with a message: %s", (_, context, sentence) => {
    expect(refusal(() => appOf({ pipeline: "roles", stages: "dev", ...context }))).toContain(sentence);
  });
});
