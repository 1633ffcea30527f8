import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { refusal } from "./project";
import { type Change, LEAST, REPORT, templateOf } from "./synth";

/** Rules that any kind of API can have. */
const ANYWHERE = { redirects: false };

const http = (more = ""): Change => ({
  stage: `${LEAST}api: { kind: http, tokenHeader: X-Token }\n${more}`,
  report: ANYWHERE,
});
const webSocket = (more = ""): Change => ({
  stage: `${LEAST}api: { kind: websocket }\n${more}`,
  report: ANYWHERE,
});

interface Resource {
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: string[];
}

/** What a template has of a type, by logical ids. */
function found(change: Change, type: string): [string, Resource][] {
  return Object.entries(templateOf(change).findResources(`AWS::ApiGatewayV2::${type}`)) as [
    string,
    Resource,
  ][];
}

const KINDS: [string, (more?: string) => Change][] = [
  ["http", http],
  ["websocket", webSocket],
];

describe.each(KINDS)("a stage of the kind %s", (kind, of) => {
  it("has no API of another kind", () => {
    const template = templateOf(of());
    template.resourceCountIs("AWS::ApiGateway::RestApi", 0);
    expect(found(of(), "Api").map(([, { Properties }]) => Properties.ProtocolType)).toEqual([
      kind.toUpperCase(),
    ]);
  });

  it("caches no decision and has no identity source", () => {
    const [[, { Properties }] = ["", { Properties: {} }]] = found(of(), "Authorizer");
    expect(Properties).toMatchObject({ AuthorizerType: "REQUEST" });
    expect(Properties).not.toHaveProperty("IdentitySource");
    expect(Properties.AuthorizerResultTtlInSeconds).toBe(kind === "http" ? 0 : undefined);
  });

  it("serves a deployment, never resources that a deploy is changing", () => {
    const [[deployment] = [""]] = found(of(), "Deployment");
    templateOf(of()).hasResourceProperties("AWS::ApiGatewayV2::Stage", {
      AutoDeploy: false,
      DeploymentId: { Ref: deployment },
    });
  });

  it("serves no request before the version may be invoked and a key exists", () => {
    const [[, stage] = ["", { Properties: {}, DependsOn: [] as string[] }]] = found(of(), "Stage");
    const types = Object.entries(templateOf(of()).toJSON().Resources as Record<string, { Type: string }>)
      .filter(([id]) => stage.DependsOn?.includes(id))
      .map(([, { Type }]) => Type);
    expect(types).toEqual(
      expect.arrayContaining([
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
        "Custom::OathgateSigningKeys",
      ]),
    );
  });

  it("changes authorizer, integrations and deployment together with the version, and changes none of them", () => {
    const before = of();
    const after: Change = {
      ...of("vouchedHeaderFallback: nobody\n"),
      report: {
        ...ANYWHERE,
        vouchedHeaders: [...REPORT.vouchedHeaders, { header: "X-New", contextKey: "x-new" }],
      },
    };
    for (const type of ["Authorizer", "Integration", "Deployment"]) {
      const kept = found(before, type).filter(([id]) => found(after, type).some(([other]) => other === id));
      expect(kept, type).toEqual([]);
    }
    const permissions = (change: Change) =>
      Object.keys(templateOf(change).findResources("AWS::Lambda::Permission"));
    expect(permissions(after)).not.toEqual(permissions(before));
    expect(found(after, "Route").map(([id]) => id)).toEqual(found(before, "Route").map(([id]) => id));
  });

  it("points a route at the authorizer and the integration of one version", () => {
    for (const change of [of(), of("vouchedHeaderFallback: nobody\n")]) {
      const [version = ""] = Object.keys(templateOf(change).findResources("AWS::Lambda::Version"));
      const hash = version.slice(-32);
      const decided = found(change, "Route").filter(
        ([, { Properties }]) => Properties.AuthorizerId !== undefined,
      );
      expect(decided).not.toEqual([]);
      for (const [, { Properties }] of decided) {
        expect(JSON.stringify(Properties.AuthorizerId)).toContain(hash);
        expect(JSON.stringify(Properties.Target)).toContain(hash);
      }
    }
  });

  it("is redeployed when only the backend changes", () => {
    const other: Change = { ...of(), stage: (of().stage ?? "").replace("backend.", "other.") };
    expect(found(other, "Authorizer")).toEqual(found(of(), "Authorizer"));
    expect(found(other, "Deployment")).not.toEqual(found(of(), "Deployment"));
  });

  it("is throttled, and logs requests without query and headers", () => {
    const change = of("throttle: { rateLimit: 5, burstLimit: 9 }\naccessLogs: true\n");
    templateOf(change).hasResourceProperties("AWS::ApiGatewayV2::Stage", {
      DefaultRouteSettings: { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 9 },
      AccessLogSettings: { Format: Match.stringLikeRegexp("requestId") },
    });
    const [[, { Properties }] = ["", { Properties: {} }]] = found(change, "Stage");
    expect(JSON.stringify(Properties.AccessLogSettings)).not.toMatch(/header|query|authorizer\.[a-z]+_/i);
  });

  it("sends the backend the secret that only it and the gate know", () => {
    const change = of("backend: { secretHeader: { name: X-Gate-Secret } }\n");
    for (const [, { Properties }] of found(change, "Integration")) {
      expect(JSON.stringify(Properties.RequestParameters)).toContain("context.authorizer.x_gate_secret");
    }
  });

  it("refuses rules that redirect browsers, and challenges", () => {
    const said = refusal(() =>
      templateOf({ ...of(), report: { redirects: true, wwwAuthenticate: { realm: "a" } } }),
    );
    const name = kind === "http" ? "HTTP APIs" : "WebSocket APIs";
    expect(said.split("\n")).toEqual([
      `the rules redirect browsers (error handler \`redirect\`), but ${name} respond to refused requests themselves, without \`Location\`: remove the error handler from the configuration and the rules, or use a REST API`,
      `the configuration challenges clients (error handler \`www_authenticate\`), but ${name} respond to refused requests themselves, without \`WWW-Authenticate\`: remove the error handler from the configuration and the rules, or use a REST API`,
    ]);
  });
});

describe("an HTTP API", () => {
  it("sends payload 2.0 and accepts simple responses, which the function returns", () => {
    const template = templateOf(http());
    template.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", {
      AuthorizerPayloadFormatVersion: "2.0",
      EnableSimpleResponses: true,
    });
    template.hasResourceProperties("AWS::Lambda::Function", {
      Environment: {
        Variables: Match.objectLike({ OATHGATE_HTTP_API_ANSWER: "simple", OATHGATE_TOKEN_HEADER: "X-Token" }),
      },
    });
  });

  it("decides every request, and overwrites every vouched header by a key without hyphens", () => {
    const routes = found(http(), "Route").map(([, { Properties }]) => [
      Properties.RouteKey,
      Properties.AuthorizationType,
    ]);
    expect(routes).toEqual([
      ["ANY /", "CUSTOM"],
      ["ANY /{proxy+}", "CUSTOM"],
    ]);
    const integrations = found(http(), "Integration").map(([, { Properties }]) => Properties);
    expect(integrations.map(({ IntegrationUri }) => IntegrationUri)).toEqual([
      "https://backend.example.com/",
      "https://backend.example.com/{proxy}",
    ]);
    for (const { RequestParameters } of integrations) {
      expect(RequestParameters).toEqual({
        "overwrite:header.X-Token": "$context.authorizer.x_token",
        "overwrite:header.X-User": "$context.authorizer.x_user",
      });
    }
  });

  it("responds to preflights itself, and passes no undecided request to the backend", () => {
    const change = http(
      "cors: { allowOrigins: [https://app.example.com, https://admin.example.com], allowCredentials: true }\n",
    );
    templateOf(change).hasResourceProperties("AWS::ApiGatewayV2::Api", {
      CorsConfiguration: {
        AllowOrigins: ["https://app.example.com", "https://admin.example.com"],
        AllowCredentials: true,
        MaxAge: 600,
      },
    });
    const open = found(change, "Route").filter(
      ([, { Properties }]) => Properties.AuthorizationType === "NONE",
    );
    expect(open.map(([, { Properties }]) => Properties.RouteKey)).toEqual(["OPTIONS /", "OPTIONS /{proxy+}"]);
    const nowhere = found(change, "Integration").filter(([id]) =>
      open.some(([, { Properties }]) => JSON.stringify(Properties.Target).includes(`"${id}"`)),
    );
    expect(nowhere.map(([, { Properties }]) => Properties.IntegrationUri)).toEqual([
      "https://preflight.invalid/",
    ]);
  });

  it.each([
    [
      { stage: `${LEAST}api: { kind: http }\n`, report: ANYWHERE },
      "the rules set `Authorization`, which HTTP APIs can't map: set a token header, such as `X-Token`, in which the backend receives it (`api.tokenHeader` of a stage, `tokenHeader` of the construct)",
    ],
    [
      {
        stage: http().stage,
        report: { ...ANYWHERE, vouchedHeaders: [{ header: "Origin", contextKey: "origin" }] },
      },
      "the rules set `Origin`, which HTTP APIs can't map because AWS reserves the name: use another header",
    ],
    [
      {
        stage: http().stage,
        report: { ...ANYWHERE, vouchedHeaders: [{ header: "Apigw-User", contextKey: "apigw-user" }] },
      },
      "the rules set `Apigw-User`, which HTTP APIs can't map because AWS reserves the name: use another header",
    ],
    [
      {
        stage: http().stage,
        report: { ...ANYWHERE, vouchedHeaders: [{ header: "X-Token", contextKey: "x-token" }] },
      },
      "the rules set `X-Token` themselves, so it can't also be the token header for what they set in `Authorization`: choose another token header",
    ],
  ] as [Change, string][])("refuses at synth what it can't map: %#", (change, sentence) => {
    expect(refusal(() => templateOf(change))).toBe(sentence);
  });
});

describe("a REST API", () => {
  it("supports another token header too", () => {
    const template = templateOf({ stage: `${LEAST}api: { tokenHeader: X-Token }\n` });
    template.hasResourceProperties("AWS::ApiGateway::Method", {
      Integration: {
        RequestParameters: Match.objectLike({
          "integration.request.header.X-Token": "context.authorizer.x-token",
          "integration.request.header.X-User": "context.authorizer.x-user",
        }),
      },
    });
  });
});

describe("a WebSocket API", () => {
  it("decides who may connect, and gives every event the connection's identity", () => {
    const routes = found(webSocket(), "Route").map(([, { Properties }]) => [
      Properties.RouteKey,
      Properties.AuthorizationType,
    ]);
    expect(routes).toEqual([
      ["$connect", "CUSTOM"],
      ["$default", "NONE"],
      ["$disconnect", "NONE"],
    ]);
    const integrations = found(webSocket(), "Integration").map(([, { Properties }]) => Properties);
    expect(integrations).toEqual([
      expect.objectContaining({
        IntegrationType: "HTTP_PROXY",
        IntegrationMethod: "POST",
        IntegrationUri: "https://backend.example.com",
        RequestParameters: {
          "integration.request.header.Authorization": "context.authorizer.authorization",
          "integration.request.header.X-User": "context.authorizer.x_user",
          "integration.request.header.Oathgate-Connection-Id": "context.connectionId",
          "integration.request.header.Oathgate-Event": "context.eventType",
        },
      }),
    ]);
  });
});
