import { Match, type Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { calledFunction } from "../lib/rollout/deployment-description";
import { LEAST, templateOf } from "./synth";

type Resource = { Properties: Record<string, unknown>; DeletionPolicy?: string; DependsOn?: string[] };

/** The only resource of a type, or the only one that has these properties. */
function only(template: Template, type: string, properties: object = {}): [string, Resource] {
  const found = Object.entries(template.findResources(type, { Properties: properties }));
  expect(found).toHaveLength(1);
  return found[0] as [string, Resource];
}

const AUTHORIZER = { Description: Match.stringLikeRegexp("^Decides requests by Ory Oathkeeper's rules") };
const KEY_MAKER = { Description: "Writes the first key into the gate's signing secret" };
const ENCRYPTED = `${LEAST}signingKeys:\n  kmsKeyArn: arn:aws:kms:eu-central-1:123456789012:key/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f\n`;

/** The statements of the role that a function runs as. */
function statementsOf(template: Template, description: object): Record<string, unknown>[] {
  const [, fn] = only(template, "AWS::Lambda::Function", description);
  const role = (fn.Properties.Role as { "Fn::GetAtt": [string, string] })["Fn::GetAtt"][0];
  const { Properties } = template.toJSON().Resources[role];
  expect(Properties.ManagedPolicyArns).toBeUndefined();
  expect(Properties.Policies).toHaveLength(1);
  return Properties.Policies[0].PolicyDocument.Statement;
}

function logOf(template: Template, description: object): string {
  const [, fn] = only(template, "AWS::Lambda::Function", description);
  return (fn.Properties.LoggingConfig as { LogGroup: { Ref: string } }).LogGroup.Ref;
}

describe("the authorizer's rights", () => {
  const template = templateOf();
  const [secret] = only(template, "AWS::SecretsManager::Secret");

  it("are to read its secret and to write its own log, nothing else", () => {
    expect(statementsOf(template, AUTHORIZER)).toEqual([
      { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: { Ref: secret } },
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: { "Fn::GetAtt": [logOf(template, AUTHORIZER), "Arn"] },
      },
    ]);
  });

  it("include decrypting with the stage's own key, through Secrets Manager only", () => {
    expect(statementsOf(templateOf({ stage: ENCRYPTED }), AUTHORIZER)).toContainEqual({
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: "arn:aws:kms:eu-central-1:123456789012:key/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f",
      Condition: {
        StringEquals: {
          "kms:ViaService": {
            "Fn::Join": ["", ["secretsmanager.", { Ref: "AWS::Region" }, ".amazonaws.com"]],
          },
        },
      },
    });
  });

  it("include sending traces if the stage enables them", () => {
    const traced = templateOf({ stage: `${LEAST}tracing: true` });
    expect(statementsOf(traced, AUTHORIZER)).toContainEqual({
      Effect: "Allow",
      Action: ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
      Resource: "*",
    });
    expect(JSON.stringify(statementsOf(traced, KEY_MAKER))).not.toContain("xray");
    traced.resourceCountIs("AWS::IAM::Policy", 0);
  });

  it("come from no other policy in the stack", () => {
    template.resourceCountIs("AWS::IAM::Policy", 0);
    template.resourceCountIs("AWS::IAM::ManagedPolicy", 0);
    template.resourceCountIs("AWS::IAM::Role", 2);
  });
});

describe("the key maker's rights", () => {
  it("are to read and write its secret and to write its own log, nothing else", () => {
    const template = templateOf();
    const [secret] = only(template, "AWS::SecretsManager::Secret");
    expect(statementsOf(template, KEY_MAKER)).toEqual([
      {
        Effect: "Allow",
        Action: ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"],
        Resource: { Ref: secret },
      },
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: { "Fn::GetAtt": [logOf(template, KEY_MAKER), "Arn"] },
      },
    ]);
  });
});

describe("every policy", () => {
  it.each([LEAST, ENCRYPTED])("names its resources and actions without wildcards", (stage) => {
    const template = templateOf({ stage });
    for (const role of Object.values(template.findResources("AWS::IAM::Role"))) {
      const statements: Record<string, unknown>[] = role.Properties.Policies.flatMap(
        (policy: { PolicyDocument: { Statement: object[] } }) => policy.PolicyDocument.Statement,
      );
      expect(statements.length).toBeGreaterThan(0);
      for (const statement of statements) {
        expect(JSON.stringify([statement.Action, statement.Resource])).not.toContain("*");
      }
    }
  });
});

describe("the signing keys", () => {
  it("are not in the template: the secret is created without a value", () => {
    const [, { Properties }] = only(templateOf(), "AWS::SecretsManager::Secret");
    expect(Object.keys(Properties)).toEqual(["Description"]);
  });

  it("are generated by a custom resource with the secret and the algorithm", () => {
    const template = templateOf({ stage: `${LEAST}signingKeys: { algorithm: RS256 }` });
    const [secret] = only(template, "AWS::SecretsManager::Secret");
    const [maker] = only(template, "AWS::Lambda::Function", KEY_MAKER);
    const [, { Properties }] = only(template, "Custom::OathgateSigningKeys");
    expect(Properties).toEqual({
      ServiceToken: { "Fn::GetAtt": [maker, "Arn"] },
      ServiceTimeout: "180",
      SecretArn: { Ref: secret },
      Algorithm: "RS256",
    });
  });

  it("exist before the API serves requests", () => {
    const template = templateOf();
    const [keys] = only(template, "Custom::OathgateSigningKeys");
    const [, stage] = only(template, "AWS::ApiGateway::Stage");
    expect(stage.DependsOn).toContain(keys);
  });

  it("are encrypted with the stage's own key if it names one", () => {
    templateOf({ stage: ENCRYPTED }).hasResourceProperties("AWS::SecretsManager::Secret", {
      KmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f",
    });
  });
});

describe("what remains after a failed first deploy", () => {
  it("does not include the secret, even if the stage keeps it otherwise", () => {
    templateOf().hasResource("AWS::SecretsManager::Secret", {
      DeletionPolicy: "RetainExceptOnCreate",
      UpdateReplacePolicy: "Retain",
    });
  });
});

describe("what remains after destroy", () => {
  /** Kept by CloudFormation, but gone with the function and with the API. */
  const PARTS_OF_OTHERS = [
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::Deployment",
  ];
  const policies = (stage: string) => {
    const template = templateOf({ stage });
    const kept = Object.values<Resource & { Type: string }>(template.toJSON().Resources)
      .filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith("Retain"))
      .map(({ Type }) => Type)
      .filter((type) => !PARTS_OF_OTHERS.includes(type));
    return kept.sort();
  };

  it("is the secret by default", () => {
    expect(policies(LEAST)).toEqual(["AWS::SecretsManager::Secret"]);
  });

  it("is nothing if the stage sets it", () => {
    expect(policies(`${LEAST}signingKeys: { retain: false }`)).toEqual([]);
  });

  it("includes the logs if the stage sets it", () => {
    expect(policies(`${LEAST}logs: { retain: true }\naccessLogs: true`)).toEqual([
      "AWS::Logs::LogGroup",
      "AWS::Logs::LogGroup",
      "AWS::Logs::LogGroup",
      "AWS::SecretsManager::Secret",
    ]);
  });
});

describe("the authorizer's function", () => {
  it("runs on arm64 with the stage's size and time", () => {
    templateOf({ stage: `${LEAST}memorySize: 512\ntimeoutSeconds: 5` }).hasResourceProperties(
      "AWS::Lambda::Function",
      {
        ...AUTHORIZER,
        Runtime: "provided.al2023",
        Handler: "bootstrap",
        Architectures: ["arm64"],
        MemorySize: 512,
        Timeout: 5,
      },
    );
  });

  it.each([
    ["host", process.arch === "arm64" ? "arm64" : "x86_64"],
    ["x86_64", "x86_64"],
  ])("runs on the processor that the stage names: %s", (written, expected) => {
    const template = templateOf({ stage: `${LEAST}architecture: ${written}` });
    for (const description of [AUTHORIZER, KEY_MAKER]) {
      template.hasResourceProperties("AWS::Lambda::Function", { ...description, Architectures: [expected] });
    }
  });

  const environmentOf = (template: Template) =>
    (only(template, "AWS::Lambda::Function", AUTHORIZER)[1].Properties.Environment as { Variables: object })
      .Variables;

  it("receives the secret's ARN and the placeholder, and nothing else", () => {
    const template = templateOf();
    const [secret] = only(template, "AWS::SecretsManager::Secret");
    expect(environmentOf(template)).toEqual({
      OATHGATE_JWKS_SECRET: { Ref: secret },
      OATHGATE_JWKS_TTL_SECONDS: "300",
      OATHGATE_VOUCHED_FALLBACK: "none",
    });
  });

  it("receives the stage's other settings", () => {
    const stage = [
      "backendUrl: http://127.0.0.1:4567",
      "publicHost: api.example.com",
      "vouchedHeaderFallback: nobody",
      "allowEncodedSlashes: true",
      "basePath: /orders",
      "clientHeaders: [Authorization, X-Trace]",
      "forgedHeaders: replace",
      "signingKeys: { ttlSeconds: 60 }",
      "logs: { level: debug }",
      "metricsNamespace: Gate/Test",
      "metricsByRule: true",
      "awsEndpointUrl: http://127.0.0.1:4566",
    ].join("\n");
    expect(environmentOf(templateOf({ stage }))).toMatchObject({
      OATHGATE_PUBLIC_HOST: "api.example.com",
      OATHGATE_BASE_PATH: "/orders",
      OATHGATE_VOUCHED_FALLBACK: "nobody",
      OATHGATE_ALLOW_ENCODED_SLASHES: "true",
      OATHGATE_CLIENT_HEADERS: "Authorization,X-Trace",
      OATHGATE_FORGED_HEADERS: "replace",
      OATHGATE_JWKS_TTL_SECONDS: "60",
      OATHGATE_LOG_LEVEL: "debug",
      OATHGATE_METRICS_NAMESPACE: "Gate/Test",
      OATHGATE_METRICS_STAGE: "test",
      OATHGATE_METRICS_BY_RULE: "true",
      AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
    });
  });

  it.each([
    [
      "several",
      `cors: { allowOrigins: [https://a.example.com, https://b.example.com] }`,
      "https://a.example.com,https://b.example.com",
    ],
    ["one", "cors: { allowOrigins: [https://a.example.com] }", undefined],
    ["any", 'cors: { allowOrigins: ["*"] }', undefined],
  ])("receives the origins whose pages may read refusals if the stage allows %s", (_, cors, told) => {
    expect(environmentOf(templateOf({ stage: `${LEAST}${cors}` }))).toEqual(
      expect.objectContaining(told === undefined ? {} : { OATHGATE_ALLOWED_ORIGINS: told }),
    );
    expect("OATHGATE_ALLOWED_ORIGINS" in environmentOf(templateOf({ stage: `${LEAST}${cors}` }))).toBe(
      told !== undefined,
    );
  });

  it("caches session services' responses only if the stage sets for how long", () => {
    const kept = (stage: string) =>
      Object.entries(environmentOf(templateOf({ stage: `${LEAST}${stage}` })))
        .filter(([name]) => name.startsWith("OATHGATE_SESSION_CACHE_"))
        .map(([name, value]) => `${name.replace("OATHGATE_SESSION_CACHE_", "")}=${value}`);
    expect(kept("")).toEqual([]);
    expect(kept("sessionCache: { ttlSeconds: 30 }")).toEqual(["MAX_ENTRIES=1000", "TTL_SECONDS=30"]);
    expect(kept("sessionCache: { ttlSeconds: 30, negativeTtlSeconds: 0, maxEntries: 50 }")).toEqual([
      "MAX_ENTRIES=50",
      "NEGATIVE_TTL_SECONDS=0",
      "TTL_SECONDS=30",
    ]);
  });

  it("is traced with the API if the stage sets it", () => {
    const traced = templateOf({ stage: `${LEAST}tracing: true` });
    traced.hasResourceProperties("AWS::Lambda::Function", {
      ...AUTHORIZER,
      TracingConfig: { Mode: "Active" },
    });
    traced.hasResourceProperties("AWS::ApiGateway::Stage", { TracingEnabled: true });
    templateOf().hasResourceProperties("AWS::Lambda::Function", {
      ...AUTHORIZER,
      TracingConfig: Match.absent(),
    });
    templateOf().hasResourceProperties("AWS::ApiGateway::Stage", { TracingEnabled: Match.absent() });
  });

  it("keeps its log for the stage's retention", () => {
    const template = templateOf({ stage: `${LEAST}logs: { retentionDays: 90 }` });
    template.allResourcesProperties("AWS::Logs::LogGroup", { RetentionInDays: 90 });
    template.resourceCountIs("AWS::Logs::LogGroup", 2);
  });

  it("is called as the version that is deployed, by this authorizer only", () => {
    const template = templateOf();
    const [version] = only(template, "AWS::Lambda::Version");
    const [authorizer, { Properties: calls }] = only(template, "AWS::ApiGateway::Authorizer");
    const [, { Properties }] = only(template, "AWS::Lambda::Permission");
    expect(JSON.stringify(calls.AuthorizerUri)).toContain(`functions/",{"Ref":"${version}"},"/invocations`);
    expect(Properties.FunctionName).toEqual({ Ref: version });
    expect(Properties.Principal).toBe("apigateway.amazonaws.com");
    expect(JSON.stringify(Properties.SourceArn)).toContain(`"/authorizers/",{"Ref":"${authorizer}"}`);
    template.resourceCountIs("AWS::Lambda::Alias", 0);
  });
});

describe("a deployment of the API and the version that decides for it", () => {
  /** What is made anew for each version, and nothing else may be. */
  const BOUND = [
    "AWS::Lambda::Version",
    "AWS::Lambda::Permission",
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::Deployment",
  ];
  const idsOf = (template: Template, type: string) => Object.keys(template.findResources(type));
  const OTHER_FUNCTION = templateOf({ stage: `${LEAST}vouchedHeaderFallback: nobody` });

  it.each(BOUND)("are replaced with the function: %s", (type) => {
    expect(idsOf(OTHER_FUNCTION, type)).not.toEqual(idsOf(templateOf(), type));
    expect(idsOf(OTHER_FUNCTION, type)).toHaveLength(1);
  });

  it("leave everything else unchanged", () => {
    const others = (template: Template) =>
      Object.entries<Resource & { Type: string }>(template.toJSON().Resources)
        .filter(([, { Type }]) => !BOUND.includes(Type))
        .map(([id]) => id);
    expect(others(OTHER_FUNCTION)).toEqual(others(templateOf()));
  });

  it("stay if the function stays", () => {
    const sameFunction = templateOf({ stage: "backendUrl: https://other.example.com\n" });
    for (const type of BOUND.slice(0, 3)) {
      expect(idsOf(sameFunction, type)).toEqual(idsOf(templateOf(), type));
    }
  });

  it("have an authorizer whose name no other version uses, nor an earlier one of the same code", () => {
    const [, { Properties }] = only(templateOf(), "AWS::ApiGateway::Authorizer");
    const [functionId] = only(templateOf(), "AWS::Lambda::Function", AUTHORIZER);
    const [version] = only(templateOf(), "AWS::Lambda::Version");
    expect(Properties.Name).toEqual({
      "Fn::Join": ["-", [{ Ref: functionId }, { "Fn::GetAtt": [version, "Version"] }]],
    });
  });

  it("both exist, and the one may call the other, before the stage is switched to them", () => {
    const template = templateOf();
    const [, stage] = only(template, "AWS::ApiGateway::Stage");
    const [deployment, { DependsOn }] = only(template, "AWS::ApiGateway::Deployment");
    const [permission] = only(template, "AWS::Lambda::Permission");
    const [authorizer] = only(template, "AWS::ApiGateway::Authorizer");
    expect(stage.Properties.DeploymentId).toEqual({ Ref: deployment });
    expect(stage.DependsOn).toContain(permission);
    expect(DependsOn).toEqual(
      expect.arrayContaining([authorizer, ...Object.keys(template.findResources("AWS::ApiGateway::Method"))]),
    );
  });

  it("outlive the next deploy, and not one that fails", () => {
    const kept = { DeletionPolicy: "RetainExceptOnCreate", UpdateReplacePolicy: "Retain" };
    const none = templateOf({ stage: `${LEAST}rollout: { keepVersions: 0 }\n` });
    for (const type of ["AWS::Lambda::Version", "AWS::Lambda::Permission"]) {
      expect(only(templateOf(), type)[1]).toMatchObject(kept);
      expect(only(none, type)[1]).toMatchObject(kept);
    }
    // Without them an earlier version can't be served again; a stage that keeps none needs no pruning.
    for (const type of ["AWS::ApiGateway::Deployment", "AWS::ApiGateway::Authorizer"]) {
      expect(only(templateOf(), type)[1]).toMatchObject(kept);
      expect(only(none, type)[1]).not.toHaveProperty("DeletionPolicy");
    }
  });

  it("record which calls which, for rollbacks to an earlier one", () => {
    const [, { Properties }] = only(templateOf(), "AWS::ApiGateway::Deployment");
    const [functionId] = only(templateOf(), "AWS::Lambda::Function", AUTHORIZER);
    const [version] = only(templateOf(), "AWS::Lambda::Version");
    const [authorizer] = only(templateOf(), "AWS::ApiGateway::Authorizer");
    const parts = (Properties.Description as { "Fn::Join": [string, unknown[]] })["Fn::Join"][1];
    const text = parts.map((part) => {
      const { Ref: ref, "Fn::GetAtt": attribute } = part as { Ref?: string; "Fn::GetAtt"?: string[] };
      const known: Record<string, string> = { [functionId]: "gate", [version]: "7", [authorizer]: "ab12cd" };
      return typeof part === "string" ? part : known[ref ?? attribute?.[0] ?? ""];
    });
    expect(calledFunction(text.join(""))).toEqual({
      functionName: "gate",
      qualifier: "7",
      authorizerId: "ab12cd",
    });
  });
});

describe("the stack", () => {
  it("has the outputs that other programs read", () => {
    expect(Object.keys(templateOf().toJSON().Outputs).sort()).toEqual([
      "ApiId",
      "ApiUrl",
      "AuthorizerFunctionName",
      "SigningKeysSecretArn",
    ]);
  });

  it("outputs the local cloud's URL in place of one of AWS", () => {
    const url = (stage: string) => JSON.stringify(templateOf({ stage }).toJSON().Outputs.ApiUrl.Value);
    expect(url(LEAST)).toContain(".execute-api.");
    const local = url(`${LEAST}awsEndpointUrl: http://127.0.0.1:4566/\n`);
    expect(local).toMatch(/"http:\/\/127\.0\.0\.1:4566\/_aws\/execute-api\/",\{"Ref":"\w+"\},"\/test\/"/);
    expect(local).not.toContain("amazonaws");
  });

  it("has the stage's tags", () => {
    templateOf({ stage: `${LEAST}tags: { team: gate }` }).hasResourceProperties(
      "AWS::SecretsManager::Secret",
      {
        Tags: Match.arrayWith([{ Key: "team", Value: "gate" }]),
      },
    );
  });
});

describe("a stage for an API outside of the stack", () => {
  const template = templateOf({
    stage:
      "api: { attach: a1b2c3d4e5, stage: prod, exclude: [GET /health] }\ncors: { allowOrigins: [https://app.example.com] }\n",
  });

  it("creates neither an API nor a part of one", () => {
    const types = Object.values(template.toJSON().Resources).map(
      (resource) => (resource as { Type: string }).Type,
    );
    expect(types.filter((type) => type.startsWith("AWS::ApiGateway::"))).toEqual([]);
  });

  it("outputs the API's URL, and exports the contract under its own name", () => {
    template.hasOutput("ContractParameter", { Value: "/oathgate/test/contract" });
    template.hasOutput("ApiId", { Value: "a1b2c3d4e5" });
    const { Value } = template.findOutputs("ApiUrl").ApiUrl ?? {};
    expect(JSON.stringify(Value)).toMatch(/https:\/\/a1b2c3d4e5\.execute-api\..*\/prod\//);
    expect(JSON.stringify(template.toJSON())).toContain('\\"exclude\\":[\\"GET /health\\"]');
    expect(JSON.stringify(template.toJSON())).toContain("gatewayresponse.header.Access-Control-Allow-Origin");
  });
});
