import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, type NagPack, ServerlessChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { BACKENDS } from "./backend-stages";
import { EVERYTHING } from "./everything";
import { type Change, LEAST, ROOT, stackOf } from "./synth";

/** AWS's own checks, with what they may complain about and why it is as it should be. */
const PACKS: { name: string; pack: (app?: App) => NagPack; accepted: Record<string, string> }[] = [
  {
    name: "AwsSolutions",
    pack: (app) => new AwsSolutionsChecks(app),
    accepted: {
      "AwsSolutions-APIG1":
        "access logs need the account's logging role; a stage switches them on with `accessLogs`",
      "AwsSolutions-APIG2":
        "the gate hands on any request its rules allow; bodies are the backend's to validate",
      "AwsSolutions-APIG3":
        "AWS WAF charges for web ACLs, which whole accounts share; a stage names one with `webAclArn`",
      "AwsSolutions-APIG4":
        "a WebSocket's messages can have no authorizer: they carry the identity of a connection that was decided about",
      "AwsSolutions-APIG6":
        "execution logs need the account's logging role; a stage switches on their errors with `systemLogs.api`",
      "AwsSolutions-COG4": "the gate itself authorises every request",
      "AwsSolutions-IAM5[Resource::*]":
        "X-Ray takes traces without a resource's name, and Lambda wants its rights on network interfaces for every resource; a stage switches them on with `tracing` and `vpc`",
      "AwsSolutions-IAM5[Resource::<AuthorizerFunctionEB19F618.Arn>:*]":
        "provisioned concurrency is taken back from another version than the one that it is given to",
      "AwsSolutions-SMG4":
        "a new key has to be known to every backend before it signs, and a new value of the secret header to the backend before it is shown, which no timer can tell",
    },
  },
  {
    name: "Serverless",
    pack: (app) => new ServerlessChecks(app),
    accepted: {
      "Serverless-APIGWAccessLogging":
        "access logs need the account's logging role; a stage switches them on with `accessLogs`",
      "Serverless-APIGWDefaultThrottling":
        "how much a backend can take is the stage's to say, with `throttle`; until then the account's limits hold",
      "Serverless-APIGWXrayEnabled": "X-Ray charges for traces; a stage switches them on with `tracing`",
      "Serverless-LambdaDLQ":
        "API Gateway waits for the authorizer and CloudFormation for the key maker: no event is left to be looked at later",
      "Serverless-LambdaStarPermissions":
        "X-Ray takes traces without a resource's name, and Lambda wants its rights on network interfaces for every resource; a stage switches them on with `tracing` and `vpc`",
      "Serverless-LambdaTracing":
        "a stage switches it on with `tracing` for the authorizer; the key maker works once, at the first deploy",
      "Serverless-SNSRedrivePolicy":
        "an alarm is seen in CloudWatch too, and on the dashboard; mail that is not taken is nothing to be sent again",
    },
  },
];

/** The stages of the project, and one with what they leave out. */
const STAGES: [string, Change][] = [
  ...["dev.yml", "prod.yml", "local.yml"].map((file): [string, Change] => [
    file,
    { stage: readFileSync(join(ROOT, "config/stages", file), "utf8") },
  ]),
  ["a stage that is logged and traced", { stage: `${LEAST}accessLogs: true\ntracing: true\n` }],
  [
    "a stage with a secret header and a VPC",
    {
      stage: `${LEAST}backend: { secretHeader: { name: X-Gate-Secret } }\nvpc: { subnetIds: [subnet-0123456789abcdef0], id: vpc-0123456789abcdef0 }\n`,
    },
  ],
  ["a stage whose backend is a function", { stage: BACKENDS.function }],
  ["a stage whose backend is a load balancer", { stage: BACKENDS["application load balancer"] }],
  ["a stage that has everything", { stage: EVERYTHING }],
  [
    "a stage with an HTTP API",
    { stage: `${LEAST}api: { kind: http, tokenHeader: X-Token }\n`, report: { redirects: false } },
  ],
  [
    "a stage with a WebSocket API",
    { stage: `${LEAST}api: { kind: websocket }\n`, report: { redirects: false } },
  ],
  ["a stage for an API that is made elsewhere", { stage: "api: { attach: a1b2c3d4e5, stage: prod }\n" }],
];

describe.each(PACKS)("AWS's own checks, $name,", ({ pack, accepted }) => {
  it.each(STAGES)("find nothing but accepted findings: %s", (_, change) => {
    const stack = stackOf(change);
    const app = stack.node.root as App;
    const plugin = pack(app);
    Validations.of(app).addPlugins(plugin);
    Validations.of(stack).acknowledge(
      ...Object.entries(accepted).map(([rule, reason]) => ({ id: `${plugin.name}::${rule}`, reason })),
    );
    expect(() => app.synth()).not.toThrow();
  });

  it("need every accepted finding", () => {
    expect([...new Set(STAGES.flatMap(([, change]) => broken(change)))].sort()).toEqual(
      Object.keys(accepted),
    );
  });

  /** The rules that a stage's stack breaks. */
  function broken(change: Change): string[] {
    const app = stackOf(change).node.root as App;
    app.synth();
    return pack()
      .validateScope(app)
      .violations.map(({ ruleName }) => ruleName);
  }
});

describe("a stage that is logged, traced and throttled", () => {
  it("has only findings that no setting can resolve", () => {
    const text = `${LEAST}accessLogs: true\ntracing: true\nthrottle: { rateLimit: 5, burstLimit: 9 }\n`;
    const app = stackOf({ stage: text }).node.root as App;
    app.synth();
    const { violations } = new ServerlessChecks().validateScope(app);
    expect(violations.map(({ ruleName }) => ruleName).sort()).toEqual([
      "Serverless-LambdaDLQ",
      "Serverless-LambdaStarPermissions",
      "Serverless-LambdaTracing",
    ]);
  });
});
