import { Duration } from "aws-cdk-lib";
import { Match, type Template } from "aws-cdk-lib/assertions";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { describe, expect, it } from "vitest";
import { checkStage } from "../stages/create-stacks";
import { emptyStack, gateIn, http, methodsOf, protectedApi } from "./own-api";
import { fakeCli, projectOf, refusal, stageIn } from "./project";
import { LEAST, stackOf, templateOf } from "./synth";

const SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders/gate-AbCdEf";
const KEY = "arn:aws:kms:eu-central-1:123456789012:key/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f";

const withSecret = (more = "", stage = "") =>
  `${LEAST}backend:\n  secretHeader:\n    name: X-Gate-Secret\n${more}${stage}`;

function authorizerOf(template: Template) {
  const found = Object.values(template.findResources("AWS::Lambda::Function")).find(({ Properties }) =>
    Properties.Description.startsWith("Decides"),
  );
  return found?.Properties;
}

/** The statements of the authorizer's role. */
function rightsOf(template: Template): Record<string, unknown>[] {
  const [role] = Object.values(template.findResources("AWS::IAM::Role")).filter(
    ({ Properties }) => Properties.Description === "Decides the requests of one API",
  );
  return role?.Properties.Policies.flatMap(
    ({ PolicyDocument }: { PolicyDocument: { Statement: object[] } }) => PolicyDocument.Statement,
  );
}

/** The secrets that the authorizer may read. */
function readable(template: Template): unknown[] {
  return rightsOf(template)
    .filter(({ Action }) => Action === "secretsmanager:GetSecretValue")
    .flatMap(({ Resource }) => Resource);
}

describe("a secret header", () => {
  const template = templateOf({ stage: withSecret() });
  const [[made, secret] = []] = Object.entries(
    template.findResources("AWS::SecretsManager::Secret", {
      Properties: { Description: Match.stringLikeRegexp("^Proves to a backend") },
    }),
  );

  it("is made by Secrets Manager, of 64 letters and digits that no template knows", () => {
    expect(secret?.Properties.GenerateSecretString).toEqual({ PasswordLength: 64, ExcludePunctuation: true });
    expect(secret?.Properties.SecretString).toBeUndefined();
    expect(secret?.DeletionPolicy).toBe("Delete");
  });

  it("is mapped on every method from the authorizer's context, and stands nowhere else in the API", () => {
    const methods = Object.values(template.findResources("AWS::ApiGateway::Method"));
    expect(methods).toHaveLength(2);
    for (const { Properties } of methods) {
      expect(Properties.Integration.RequestParameters).toMatchObject({
        "integration.request.header.X-Gate-Secret": "context.authorizer.x-gate-secret",
        "integration.request.header.X-User": "context.authorizer.x-user",
      });
    }
    const others = Object.values(template.toJSON().Resources as Record<string, { Type: string }>).filter(
      ({ Type }) => Type.startsWith("AWS::ApiGateway::") && Type !== "AWS::ApiGateway::Method",
    );
    expect(JSON.stringify(others)).not.toMatch(/gate-secret/i);
  });

  it("is in no access log", () => {
    const logging = templateOf({ stage: withSecret("", "accessLogs: true\n") });
    const [stage] = Object.values(logging.findResources("AWS::ApiGateway::Stage"));
    const { Format } = stage?.Properties.AccessLogSetting ?? {};
    expect(Format).toContain("$context.authorizer.rule");
    expect(Format).not.toMatch(/gate-secret|context\.authorizer\.x-/i);
  });

  it("is read by the authorizer, which gets its ARN and never its value", () => {
    expect(authorizerOf(template)?.Environment.Variables).toMatchObject({
      OATHGATE_BACKEND_SECRET: { Ref: made },
      OATHGATE_BACKEND_SECRET_HEADER: "X-Gate-Secret",
      OATHGATE_BACKEND_SECRET_TTL_SECONDS: "300",
    });
    expect(readable(template)).toEqual([{ Ref: made }, { Ref: expect.stringMatching(/^SigningKeys/) }]);
    expect(JSON.stringify(template.toJSON())).not.toContain("resolve:secretsmanager");
  });

  it("is named by an output, for who lets the backend read it", () => {
    expect(template.toJSON().Outputs.SecretHeaderSecretArn.Value).toEqual({ Ref: made });
  });

  it("stays where the stage says so", () => {
    const kept = templateOf({ stage: withSecret("    retain: true\n    ttlSeconds: 60\n") });
    kept.hasResource("AWS::SecretsManager::Secret", {
      DeletionPolicy: "RetainExceptOnCreate",
      Properties: { Description: Match.stringLikeRegexp("^Proves to a backend") },
    });
    expect(authorizerOf(kept)?.Environment.Variables.OATHGATE_BACKEND_SECRET_TTL_SECONDS).toBe("60");
  });

  it("may be encrypted with a key of one's own, which the authorizer then may use for this alone", () => {
    const encrypted = templateOf({ stage: withSecret(`    kmsKeyArn: ${KEY}\n`) });
    encrypted.hasResourceProperties("AWS::SecretsManager::Secret", { KmsKeyId: KEY });
    expect(rightsOf(encrypted)).toContainEqual(
      expect.objectContaining({
        Action: "kms:Decrypt",
        Resource: KEY,
        Condition: { StringEquals: { "kms:ViaService": expect.anything() } },
      }),
    );
  });

  it("may be one that is there already", () => {
    const adopted = templateOf({ stage: withSecret(`    secretArn: ${SECRET}\n`) });
    adopted.resourceCountIs("AWS::SecretsManager::Secret", 1);
    expect(authorizerOf(adopted)?.Environment.Variables.OATHGATE_BACKEND_SECRET).toBe(SECRET);
    expect(readable(adopted)).toEqual([SECRET, { Ref: expect.stringMatching(/^SigningKeys/) }]);
  });

  it("gets another value by a schedule where the stage says so, from a function that may touch this secret alone", () => {
    const rotated = templateOf({ stage: withSecret("    rotateAfterDays: 30\n") });
    const [schedule, ...others] = Object.values(
      rotated.findResources("AWS::SecretsManager::RotationSchedule"),
    );
    expect(others).toEqual([]);
    expect(schedule?.Properties).toMatchObject({
      SecretId: { Ref: made },
      RotateImmediatelyOnUpdate: false,
      RotationRules: { ScheduleExpression: "rate(30 days)" },
    });
    const [rotator] = Object.values(rotated.findResources("AWS::Lambda::Function")).filter(
      ({ Properties }) => Properties.Environment?.Variables.OATHGATE_KEYS_TASK === "random-value",
    );
    expect(rotator?.Properties.Environment.Variables).toEqual({ OATHGATE_KEYS_TASK: "random-value" });
    const [role] = Object.values(rotated.findResources("AWS::IAM::Role")).filter(
      ({ Properties }) =>
        Properties.Description === "Rotates the secret by which a backend recognises the gate",
    );
    const statements: { Action: string[]; Resource: unknown }[] =
      role?.Properties.Policies[0].PolicyDocument.Statement;
    for (const { Action, Resource } of statements) {
      const ofLog = Action.every((action) => action.startsWith("logs:"));
      expect(ofLog || JSON.stringify(Resource) === JSON.stringify({ Ref: made })).toBe(true);
    }
    rotated.hasResourceProperties("AWS::Lambda::Permission", {
      Principal: "secretsmanager.amazonaws.com",
      SourceArn: { Ref: made },
      SourceAccount: { Ref: "AWS::AccountId" },
    });
  });

  it.each([
    ["http", "overwrite:header.X-Gate-Secret", "$context.authorizer.x_gate_secret"],
    ["websocket", "integration.request.header.X-Gate-Secret", "context.authorizer.x_gate_secret"],
  ])("is mapped by an API of another kind too: %s", (kind, parameter, source) => {
    const stage = withSecret("", `api: { kind: ${kind}, tokenHeader: X-Token }\n`);
    const integrations = Object.values(
      templateOf({ stage, report: { redirects: false } }).findResources("AWS::ApiGatewayV2::Integration"),
    );
    expect(integrations.length).toBeGreaterThan(0);
    expect(integrations.map(({ Properties }) => Properties.RequestParameters?.[parameter])).toContain(source);
  });

  it("is another contract between the function and a deployment", () => {
    const deployments = (stage: string) =>
      Object.keys(templateOf({ stage }).findResources("AWS::ApiGateway::Deployment"));
    const all = [LEAST, withSecret(), withSecret().replace("X-Gate-Secret", "X-Other-Secret")].flatMap(
      deployments,
    );
    expect(new Set(all).size).toBe(3);
  });

  it.each(["X-User", "x-user", "Authorization"])("is set by no rule: %s", (name) => {
    expect(refusal(() => stackOf({ stage: withSecret().replace("X-Gate-Secret", name) }))).toBe(
      `\`secretHeader.name\` is \`${name}\`, which a rule sets: rename one of the two`,
    );
  });

  it("is looked for in the rules where they are checked", () => {
    const root = projectOf({ "config/config.yml": "", "rules/rules.jsonnet": "[]" });
    const { cli, calls } = fakeCli(root);
    expect(() => checkStage(stageIn(root, withSecret()), cli)).toThrow();
    const [check] = calls().filter(({ args }) => args[1] === "check");
    expect(check?.args).toEqual(
      expect.arrayContaining(["--api-gateway", "--secret-header", "X-Gate-Secret"]),
    );
  });
});

describe("a secret header of an own app", () => {
  it("is mapped on the methods that the gate decides about, and a placeholder on those that it does not", () => {
    const template = protectedApi({
      gate: { secretHeader: { name: "X-Gate-Secret" } },
      options: { exclude: ["GET /health"] },
      after: (api) => {
        api.root.addMethod("GET", http());
        api.root.addResource("health").addMethod("GET", http());
      },
    });
    const shown = methodsOf(template, "GET").map(({ AuthorizationType, Integration }) => [
      AuthorizationType,
      Integration?.RequestParameters?.["integration.request.header.X-Gate-Secret"],
    ]);
    expect(shown.sort()).toEqual([
      ["CUSTOM", "context.authorizer.x-gate-secret"],
      ["NONE", "'none'"],
    ]);
  });

  it("has no options of a secret that is made beside one that is there", () => {
    const stack = emptyStack();
    const secret = Secret.fromSecretCompleteArn(stack, "Own", SECRET);
    const secretHeader = { name: "X-Gate-Secret", secret, rotateAfter: Duration.days(30) };
    expect(refusal(() => gateIn(stack, { secretHeader }))).toMatch(
      /^`secretHeader.secret` is an existing secret/,
    );
  });
});
