import { App } from "aws-cdk-lib";
import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import type { GateReport } from "../lib/gate-report";
import { createStacks, nameOnlyInput } from "../stages/create-stacks";
import { publishedPaths } from "../stages/published-keys";
import { parseStage } from "../stages/stage";
import { refusal } from "./project";
import { LEAST, ROOT, stackOf, templateOf } from "./synth";

const SIGNS: Partial<GateReport> = {
  signedTokens: { issuers: ["https://api.example.com/"], longestTtlSeconds: 60 },
};

const ROTATED = `${LEAST}signingKeys: { ttlSeconds: 60, rotation: { everyDays: 30 } }\n`;

const SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf";

/** What the roles of the functions whose description begins like this may do, but for writing their logs. */
function rightsOf(purpose: string, stage: string) {
  const roles = templateOf({ stage, report: SIGNS }).findResources("AWS::IAM::Role", {
    Properties: { Description: Match.stringLikeRegexp(`^${purpose}`) },
  });
  const [role] = Object.values(roles);
  expect(Object.keys(roles)).toHaveLength(1);
  return role?.Properties.Policies.flatMap(
    (policy: { PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] } }) =>
      policy.PolicyDocument.Statement,
  ).filter((statement: { Action: string | string[] }) => !String(statement.Action).startsWith("logs:"));
}

describe("keys that are rotated", () => {
  const template = () => templateOf({ stage: ROTATED, report: SIGNS });

  it("follow a schedule, and deploying it rotates nothing", () => {
    template().hasResource("AWS::SecretsManager::RotationSchedule", {
      Properties: {
        RotateImmediatelyOnUpdate: false,
        RotationRules: { ScheduleExpression: "rate(30 days)" },
      },
      // Secrets Manager tries the function out, which reads the first key.
      DependsOn: Match.arrayWith([
        Match.stringLikeRegexp("FirstKey"),
        Match.stringLikeRegexp("SecretsManager"),
      ]),
    });
  });

  it("are published long enough before they sign and after", () => {
    template().hasResourceProperties("AWS::Lambda::Function", {
      Environment: {
        Variables: {
          OATHGATE_KEYS_TASK: "rotation",
          OATHGATE_KEYS_PUBLISH_AHEAD_SECONDS: "3660",
          OATHGATE_KEYS_RETIRE_AFTER_SECONDS: "3600",
        },
      },
    });
    const report = { signedTokens: { issuers: ["https://a/"], longestTtlSeconds: 86_400 } };
    templateOf({ stage: ROTATED, report }).hasResourceProperties("AWS::Lambda::Function", {
      Environment: { Variables: { OATHGATE_KEYS_RETIRE_AFTER_SECONDS: "86700" } },
    });
  });

  it("are rotated by Secrets Manager for the one secret alone, with rights on that", () => {
    template().hasResourceProperties("AWS::Lambda::Permission", {
      Principal: "secretsmanager.amazonaws.com",
      SourceArn: { Ref: Match.stringLikeRegexp("^SigningKeysSecret") },
      SourceAccount: { Ref: "AWS::AccountId" },
    });
    expect(rightsOf("Rotates the keys", ROTATED)).toEqual([
      {
        Effect: "Allow",
        Action: [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecretVersionStage",
        ],
        Resource: { Ref: expect.stringContaining("SigningKeysSecret") },
      },
    ]);
  });

  it("stay published for as long as any token lives, or synth ends", () => {
    const stage = `${LEAST}signingKeys: { rotation: { everyDays: 1, retireAfterSeconds: 59 } }\n`;
    expect(refusal(() => stackOf({ stage, report: SIGNS }))).toContain(
      "must be at least 60 seconds, the longest lifetime of the rules' tokens",
    );
  });

  it("are not rotated by default", () => {
    templateOf({ report: SIGNS }).resourceCountIs("AWS::SecretsManager::RotationSchedule", 0);
  });
});

describe("the public documents", () => {
  const documents = (stage: string, report = SIGNS) =>
    Object.values(templateOf({ stage, report }).findResources("AWS::ApiGateway::Method"))
      .filter(({ Properties }) => Properties.AuthorizationType === "NONE")
      .map(({ Properties }) => Properties.HttpMethod);

  it("are public if rules sign tokens, by GET and HEAD", () => {
    expect(documents(LEAST).sort()).toEqual(["GET", "GET", "HEAD", "HEAD"]);
    expect(documents(LEAST, {})).toEqual([]);
    expect(documents(`${LEAST}keysEndpoint: off\n`)).toEqual([]);
    templateOf({ stage: LEAST, report: SIGNS }).hasResourceProperties("AWS::Lambda::Function", {
      Environment: {
        Variables: {
          OATHGATE_KEYS_TASK: "endpoint",
          OATHGATE_KEYS_ISSUER: "https://api.example.com/",
          OATHGATE_KEYS_MAX_AGE_SECONDS: "300",
          OATHGATE_JWKS_TTL_SECONDS: "300",
          OATHGATE_KEYS_BASE_URL: Match.absent(),
        },
      },
    });
  });

  it("come from a function that reads the one secret and does nothing else", () => {
    expect(rightsOf("Publishes the public signing keys", LEAST)).toEqual([
      {
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: { Ref: expect.stringContaining("SigningKeysSecret") },
      },
    ]);
  });

  it("can be moved", () => {
    const stage = `${LEAST}keysEndpoint: { path: /auth/keys }\n`;
    const parts = templateOf({ stage, report: SIGNS }).findResources("AWS::ApiGateway::Resource");
    const names = Object.values(parts).map(({ Properties }) => Properties.PathPart);
    expect(names).toEqual(
      expect.arrayContaining(["auth", "keys", ".well-known", "jwks.json", "openid-configuration"]),
    );
    const settings = parseStage("test.yml", `${stage}basePath: /orders\n`);
    expect(publishedPaths({ settings })).toEqual([
      "/orders/auth/keys/.well-known/jwks.json",
      "/orders/auth/keys/.well-known/openid-configuration",
    ]);
  });

  const path = "/.well-known/jwks.json";

  it.each([
    {
      case: "a rule is there already",
      stage: LEAST,
      report: { ...SIGNS, rulesOfPaths: [{ path, rules: ["everything"] }] },
      said: "would publish its keys at /.well-known/jwks.json, which the rule `everything` matches: set `keysEndpoint: off`",
    },
    {
      case: "tokens name several issuers",
      stage: LEAST,
      report: { signedTokens: { issuers: ["https://a/", "https://b/"], longestTtlSeconds: 1 } },
      said: "sign tokens of several issuers (https://a/, https://b/): set `keysEndpoint.issuer`",
    },
    {
      case: "no rule signs a token",
      stage: `${LEAST}keysEndpoint: {}\n`,
      report: {},
      said: "no rule signs tokens with them",
    },
  ])("require a choice if $case", ({ stage, report, said }) => {
    expect(refusal(() => stackOf({ stage, report }))).toContain(said);
  });

  it("do not prevent a stage from being destroyed, whatever its rules", () => {
    const settings = parseStage("test.yml", `${LEAST}keysEndpoint: { maxAgeSeconds: 60 }\n`);
    const app = new App({ context: { "aws:cdk:bundling-stacks": [] }, analyticsReporting: false });
    const stack = createStacks(app, nameOnlyInput({ name: "test", root: ROOT, settings }));
    expect(stack.stackName).toBe("oathgate-test");
  });

  it("replace a rule if the stage sets it", () => {
    const report = { ...SIGNS, rulesOfPaths: [{ path, rules: ["everything"] }] };
    expect(documents(`${LEAST}keysEndpoint: { maxAgeSeconds: 300 }\n`, report)).toHaveLength(4);
  });
});

describe("an existing secret", () => {
  const stage = `${LEAST}signingKeys: { secretArn: "${SECRET}" }\n`;

  it("is read, and neither created nor written nor deleted", () => {
    const template = templateOf({ stage, report: SIGNS });
    template.resourceCountIs("AWS::SecretsManager::Secret", 0);
    template.resourceCountIs("Custom::OathgateSigningKeys", 0);
    template.hasOutput("SigningKeysSecretArn", { Value: SECRET });
    for (const purpose of ["Decides", "Publishes the public signing keys"]) {
      expect(rightsOf(purpose, stage)).toEqual([
        { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: SECRET },
      ]);
    }
  });
});
