import { APIGatewayClient } from "@aws-sdk/client-api-gateway";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { describe, expect, it } from "vitest";
import { InputError } from "../lib/input-error";
import { contractDescription } from "../lib/rollout/contract-description";
import { deploymentDescription } from "../lib/rollout/deployment-description";
import { type ControlPlane, refusedByAws } from "../stages/deployed/control-plane";
import { prune } from "../stages/deployed/prune";
import { listCandidates, rollback } from "../stages/deployed/rollback";

const CONTRACT = "0123456789abcdef";

/** An account that has one stage, `dev`: versions 1 to 3, each called by a deployment `d<n>` through an authorizer `a<n>`. */
class FakeStage {
  readonly sent: [string, Record<string, unknown>][] = [];
  stackStatus = "UPDATE_COMPLETE";
  outputs: Record<string, string> = { ApiId: "api", AuthorizerFunctionName: "gate" };
  served = "d3";
  template: object = {
    Resources: {
      Stage: { Type: "AWS::ApiGateway::Stage", Properties: { DeploymentId: { Ref: "Deployment" } } },
      Deployment: { Type: "AWS::ApiGateway::Deployment" },
    },
  };
  /** Whether the one deployment `dlive` calls the versions through an alias, which is at version 3. */
  shifted = false;
  /** Versions without a permission. */
  forbidden: string[] = [];
  /** What AWS answers to a command instead of doing it. */
  errors: Record<string, Error> = {};

  readonly control: ControlPlane = {
    apiGateway: this.client(new APIGatewayClient(SOMEWHERE)),
    cloudFormation: this.client(new CloudFormationClient(SOMEWHERE)),
    lambda: this.client(new LambdaClient(SOMEWHERE)),
    place: "account 111111111111, region eu-central-1",
  };

  /** The commands that changed something. */
  get changes(): [string, Record<string, unknown>][] {
    return this.sent.filter(([name]) => /^(Update|Delete)/.test(name));
  }

  private client<Client extends object>(client: Client): Client {
    return Object.assign(client, {
      send: async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
        const name = command.constructor.name.replace(/Command$/, "");
        this.sent.push([name, command.input]);
        if (this.errors[name] !== undefined) {
          throw this.errors[name];
        }
        return this.answer(name, command.input);
      },
    });
  }

  private answer(name: string, input: Record<string, unknown>): object {
    const versions = ["1", "2", "3"];
    const called = this.shifted ? ["live"] : versions;
    switch (name) {
      case "DescribeStacks": {
        const Outputs = Object.entries(this.outputs).map(([OutputKey, OutputValue]) => ({
          OutputKey,
          OutputValue,
        }));
        const Parameters = [{ ParameterKey: "BootstrapVersion" }];
        return { Stacks: [{ StackStatus: this.stackStatus, Outputs, Parameters }] };
      }
      case "ListStackResources":
        return {
          StackResourceSummaries: [
            { ResourceType: "AWS::ApiGateway::Stage", LogicalResourceId: "Stage", PhysicalResourceId: "dev" },
            {
              ResourceType: "AWS::Lambda::Alias",
              LogicalResourceId: "Live",
              PhysicalResourceId: "arn:gate:live",
            },
            {
              ResourceType: "AWS::ApiGateway::Deployment",
              LogicalResourceId: "Deployment",
              PhysicalResourceId: "d3",
            },
          ],
        };
      case "GetStages":
        return { item: [{ stageName: "dev", deploymentId: this.served }] };
      case "GetDeployments":
        return {
          items: called.map((qualifier) => ({
            id: `d${qualifier}`,
            createdDate: new Date(Date.UTC(2026, 0, Number(qualifier) || 1, 12)),
            description: deploymentDescription({
              functionName: "gate",
              qualifier,
              authorizerId: `a${qualifier}`,
            }),
          })),
        };
      case "GetAuthorizers":
        return {
          items: called.map((qualifier) => ({
            id: `a${qualifier}`,
            authorizerUri: `arn:functions/arn:aws:lambda:eu-central-1:111111111111:function:gate:${qualifier}/invocations`,
          })),
        };
      case "ListVersionsByFunction":
        return {
          Versions: ["$LATEST", ...versions].map((Version) => ({
            Version,
            LastModified: "2026-01-01T00:00:00Z",
            Description: contractDescription(CONTRACT),
          })),
        };
      case "ListAliases":
        return {
          Aliases: this.shifted
            ? [{ Name: "live", FunctionVersion: "3", Description: contractDescription(CONTRACT) }]
            : [],
        };
      case "GetPolicy":
        if (this.forbidden.includes(String(input.Qualifier))) {
          throw awsError("ResourceNotFoundException", "no policy");
        }
        return { Policy: `{"AWS:SourceArn":"arn:execute-api:::api/authorizers/a${input.Qualifier}"}` };
      case "GetTemplate":
        return { TemplateBody: JSON.stringify(this.template) };
      default:
        return {};
    }
  }
}

const SOMEWHERE = { region: "eu-central-1", credentials: { accessKeyId: "KEY", secretAccessKey: "secret" } };

function awsError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: {} });
}

/** What a rollback of `dev` says, or its refusal. */
async function rolledBack(fake: FakeStage, to?: string): Promise<string> {
  const said: string[] = [];
  try {
    await rollback(fake.control, { stackName: "oathgate-dev", stageName: "dev", to }, (line) =>
      said.push(line),
    );
    return said.join("\n");
  } catch (error) {
    const shown = refusedByAws(error, "rollback of the stage dev");
    expect(shown).toBeInstanceOf(InputError);
    return `refused: ${(shown as InputError).message}`;
  }
}

describe("a rollback", () => {
  it("switches the stage to the previous deployment, updates the stack, and prints how to go forward", async () => {
    const fake = new FakeStage();
    expect(await rolledBack(fake)).toBe(
      [
        "the stage dev now serves deployment d2 with version 2, of 2026-01-02 12:00:00 UTC instead of deployment d3 with " +
          "version 3, of 2026-01-03 12:00:00 UTC",
        "the template of the stack oathgate-dev is updated to it",
        "to serve another deployment, use TO=d3 or the next deploy, which serves what it deploys",
      ].join("\n"),
    );
    const [[first, update], [second, stack]] = fake.changes as [
      [string, { patchOperations: object[] }],
      [string, { TemplateBody: string; Parameters: object[] }],
    ];
    expect([first, second]).toEqual(["UpdateStage", "UpdateStack"]);
    expect(update.patchOperations).toEqual([{ op: "replace", path: "/deploymentId", value: "d2" }]);
    expect(JSON.parse(stack.TemplateBody).Resources.Stage.Properties.DeploymentId).toBe("d2");
    expect(stack.Parameters).toEqual([{ ParameterKey: "BootstrapVersion", UsePreviousValue: true }]);
  });

  it("goes to the named deployment, forward too", async () => {
    const fake = new FakeStage();
    fake.served = "d2";
    expect(await rolledBack(fake, "d1")).toContain("serves deployment d1");
    fake.served = "d1";
    expect(await rolledBack(fake, "d3")).toContain("serves deployment d3 with version 3");
    expect(fake.changes.at(-1)?.[0]).toBe("UpdateStage");
  });

  it("moves the alias at once if requests are shifted, and updates the stack without CodeDeploy", async () => {
    const fake = new FakeStage();
    fake.shifted = true;
    fake.served = "dlive";
    fake.template = {
      Resources: {
        Stage: { Type: "AWS::ApiGateway::Stage", Properties: { DeploymentId: "dlive" } },
        Live: {
          Type: "AWS::Lambda::Alias",
          Properties: { FunctionVersion: { "Fn::GetAtt": ["Version", "Version"] } },
          UpdatePolicy: { CodeDeployLambdaAliasUpdate: {} },
        },
      },
    };
    expect(await rolledBack(fake)).toContain("serves deployment dlive with version 2");
    const [[first, alias], [second, stack]] = fake.changes as [
      [string, Record<string, unknown>],
      [string, { TemplateBody: string }],
    ];
    expect([first, second]).toEqual(["UpdateAlias", "UpdateStack"]);
    expect(alias).toEqual({
      FunctionName: "gate",
      Name: "live",
      FunctionVersion: "2",
      RoutingConfig: { AdditionalVersionWeights: {} },
    });
    expect(JSON.parse(stack.TemplateBody).Resources.Live).toEqual({
      Type: "AWS::Lambda::Alias",
      Properties: { FunctionVersion: "2" },
    });
    expect(await rolledBack(fake, "dlive/1")).toContain("with version 1");
    expect(await rolledBack(fake, "dlive/4")).toContain("has no deployment `dlive/4`");
  });

  it("changes nothing if the deployment is already served", async () => {
    const fake = new FakeStage();
    expect(await rolledBack(fake, "d3")).toContain(
      "already serves deployment d3 with version 3, of 2026-01-03 12:00:00 UTC",
    );
    expect(fake.changes).toEqual([]);
  });

  it.each<[string, (fake: FakeStage) => void, string]>([
    [
      "it may not",
      (fake) => Object.assign(fake.errors, { UpdateStack: awsError("AccessDenied", "no") }),
      "AccessDenied: no",
    ],
    [
      "the template is too large",
      (fake) => Object.assign(fake.template, { Metadata: "x".repeat(60_000) }),
      "larger than CloudFormation accepts in a request",
    ],
    [
      "it is being changed meanwhile",
      (fake) =>
        Object.assign(fake.errors, { UpdateStack: awsError("ValidationError", "is in UPDATE_IN_PROGRESS") }),
      "UPDATE_IN_PROGRESS",
    ],
  ])("is done, with a warning, if the stack can't be updated: %s", async (_, change, said) => {
    const fake = new FakeStage();
    change(fake);
    const lines = await rolledBack(fake);
    expect(lines).toContain("the stage dev now serves deployment d2");
    expect(lines).toContain(`the template of the stack oathgate-dev could not be updated (`);
    expect(lines).toContain(said);
  });

  const refusals: Record<string, [(fake: FakeStage) => void, string | undefined, string]> = {
    "nothing older is there": [
      (fake) => Object.assign(fake, { served: "d1" }),
      undefined,
      "nothing to roll back to",
    ],
    "a deploy is under way": [
      (fake) => Object.assign(fake, { stackStatus: "UPDATE_IN_PROGRESS" }),
      undefined,
      "the stack oathgate-dev is UPDATE_IN_PROGRESS, which would interfere with a rollback: wait until it has " +
        "ended, or cancel the deploy by `aws cloudformation cancel-update-stack --stack-name oathgate-dev`",
    ],
    "a deploy is being taken back": [
      (fake) => Object.assign(fake, { stackStatus: "UPDATE_ROLLBACK_IN_PROGRESS" }),
      undefined,
      "wait until it has ended",
    ],
    "the stage is not deployed": [
      (fake) =>
        Object.assign(fake.errors, { DescribeStacks: awsError("ValidationError", "Stack does not exist") }),
      undefined,
      "there is no stack oathgate-dev in account 111111111111, region eu-central-1",
    ],
    "the stack has no API": [(fake) => Object.assign(fake, { outputs: {} }), undefined, "has no REST API"],
    "there is no such deployment": [() => {}, "d9", "the stage `dev` has no deployment `d9`"],
    "its permission is gone": [
      (fake) => Object.assign(fake, { forbidden: ["2"] }),
      undefined,
      "deployment d2 with version 2, of 2026-01-02 12:00:00 UTC can't be served: API Gateway's permission to call gate:2 no longer exists",
    ],
    "it may not read": [
      (fake) =>
        Object.assign(fake.errors, {
          GetStages: awsError("AccessDeniedException", "may not apigateway:GET"),
        }),
      undefined,
      "AWS denied a step of the rollback of the stage dev: AccessDeniedException: may not apigateway:GET",
    ],
    "AWS has too much to do": [
      (fake) => Object.assign(fake.errors, { GetDeployments: awsError("TooManyRequestsException", "later") }),
      undefined,
      "a step of the rollback of the stage dev failed: TooManyRequestsException: later",
    ],
  };

  it.each(Object.entries(refusals))(
    "is refused in a sentence, and changes nothing, where %s",
    async (_, [change, to, said]) => {
      const fake = new FakeStage();
      change(fake);
      const refusal = await rolledBack(fake, to);
      expect(refusal).toMatch(/^refused: /);
      expect(refusal).toContain(said);
      expect(fake.changes).toEqual([]);
    },
  );

  it("has a list of what can be served, with dates", async () => {
    const fake = new FakeStage();
    fake.forbidden = ["1"];
    expect(await listCandidates(fake.control, "oathgate-dev", "dev")).toEqual([
      "d3  2026-01-03 12:00:00 UTC  version 3  served",
      "d2  2026-01-02 12:00:00 UTC  version 2",
      "d1  2026-01-01 12:00:00 UTC  version 1  can't be served: API Gateway's permission to call gate:1 no longer exists",
    ]);
  });
});

describe("pruning", () => {
  it("deletes what is older, and callers before what they call", async () => {
    const fake = new FakeStage();
    expect(await prune(fake.control, "oathgate-dev", "dev", 1, false)).toEqual([
      "deleted: deployments d1",
      "deleted: authorizers a1",
      "deleted: versions 1",
    ]);
    expect(fake.changes).toEqual([
      ["DeleteDeployment", { restApiId: "api", deploymentId: "d1" }],
      ["DeleteAuthorizer", { restApiId: "api", authorizerId: "a1" }],
      // Without a version the whole function would go.
      ["DeleteFunction", { FunctionName: "gate", Qualifier: "1" }],
    ]);
  });

  it("does nothing if nothing is kept: CloudFormation deletes it", async () => {
    const fake = new FakeStage();
    expect(await prune(fake.control, "oathgate-dev", "dev", 0, false)).toEqual([
      "nothing to delete: the stage dev keeps no earlier deployments (`rollout.keepVersions` is 0)",
    ]);
    expect(fake.changes).toEqual([]);
  });

  it("prints in advance what it would delete", async () => {
    const fake = new FakeStage();
    expect(await prune(fake.control, "oathgate-dev", "dev", 1, true)).toEqual([
      "would be deleted: deployments d1",
      "would be deleted: authorizers a1",
      "would be deleted: versions 1",
    ]);
    expect(await prune(fake.control, "oathgate-dev", "dev", 2, true)).toEqual([
      "nothing to delete: the stage dev has at most 2 deployments besides the one that it serves",
    ]);
    expect(fake.changes).toEqual([]);
  });

  it.each(["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"])(
    "deletes nothing of a stack that is %s",
    async (status) => {
      const fake = new FakeStage();
      fake.stackStatus = status;
      await expect(prune(fake.control, "oathgate-dev", "dev", 1, false)).rejects.toThrow(
        `nothing was deleted: the stack oathgate-dev is ${status}`,
      );
      expect(fake.changes).toEqual([]);
    },
  );
});
