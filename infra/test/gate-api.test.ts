import { Match, Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { type Change, LEAST, REPORT, stackOf, templateOf } from "./synth";

const ORIGIN = "https://app.example.com";
const ONE_ORIGIN = `${LEAST}cors:\n  allowOrigins: [${ORIGIN}]\n  allowCredentials: true\n  maxAgeSeconds: 60\n`;
const TWO_ORIGINS = `${LEAST}cors:\n  allowOrigins: [${ORIGIN}, https://admin.example.com]\n  allowCredentials: true\n`;

type Method = {
  HttpMethod: string;
  ResourceId: object;
  AuthorizationType: string;
  Integration: Record<string, unknown>;
};

function methodsOf(template: Template, verb: string): Method[] {
  return Object.values(
    template.findResources("AWS::ApiGateway::Method", { Properties: { HttpMethod: verb } }),
  ).map(({ Properties }) => Properties as Method);
}

function refusalOf(change: Change, type: string) {
  const found = Object.values(
    templateOf(change).findResources("AWS::ApiGateway::GatewayResponse", {
      Properties: { ResponseType: type },
    }),
  );
  expect(found).toHaveLength(1);
  const { StatusCode, ResponseParameters, ResponseTemplates } = found[0]?.Properties ?? {};
  const headers = Object.fromEntries(
    Object.entries<string>(ResponseParameters ?? {}).map(([name, value]) => [
      name.replace("gatewayresponse.header.", ""),
      value,
    ]),
  );
  return { status: StatusCode, headers, body: ResponseTemplates?.["application/json"] };
}

describe("the API", () => {
  const template = templateOf();

  it("is regional, passes every body through unchanged, and does not change the account's logging role", () => {
    template.hasResourceProperties("AWS::ApiGateway::RestApi", {
      EndpointConfiguration: { Types: ["REGIONAL"] },
      BinaryMediaTypes: ["*/*"],
    });
    template.resourceCountIs("AWS::ApiGateway::Account", 0);
  });

  it("invokes the authorizer for every request: nothing is cached", () => {
    template.hasResourceProperties("AWS::ApiGateway::Authorizer", {
      Type: "REQUEST",
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: Match.absent(),
    });
  });

  it("has the root and everything below it, and no method without the authorizer", () => {
    const methods = template.findResources("AWS::ApiGateway::Method");
    expect(Object.keys(methods)).toHaveLength(2);
    const [authorizer] = Object.keys(template.findResources("AWS::ApiGateway::Authorizer"));
    for (const { Properties } of Object.values(methods)) {
      expect(Properties).toMatchObject({
        HttpMethod: "ANY",
        AuthorizationType: "CUSTOM",
        AuthorizerId: { Ref: authorizer },
      });
    }
    template.hasResourceProperties("AWS::ApiGateway::Resource", { PathPart: "{proxy+}" });
  });

  it("passes requests to the backend with method and path unchanged", () => {
    const uris = methodsOf(template, "ANY").map(({ Integration }) => {
      expect(Integration).toMatchObject({ Type: "HTTP_PROXY", IntegrationHttpMethod: "ANY" });
      return Integration.Uri;
    });
    expect(uris.sort()).toEqual(["https://backend.example.com/", "https://backend.example.com/{proxy}"]);
    template.hasResourceProperties("AWS::ApiGateway::Method", {
      RequestParameters: { "method.request.path.proxy": true },
      Integration: {
        RequestParameters: Match.objectLike({
          "integration.request.path.proxy": "method.request.path.proxy",
        }),
      },
    });
  });

  it.each(["https://backend.example.com/base", "https://backend.example.com/base/"])(
    "puts the request's path behind the backend's own: %s",
    (backendUrl) => {
      const uris = methodsOf(templateOf({ stage: `backendUrl: ${backendUrl}` }), "ANY").map(
        (m) => m.Integration.Uri,
      );
      expect(uris.sort()).toEqual([
        "https://backend.example.com/base/",
        "https://backend.example.com/base/{proxy}",
      ]);
    },
  );

  it("has the stage's time-out for the backend", () => {
    const methods = methodsOf(templateOf({ stage: `${LEAST}backendTimeoutSeconds: 7` }), "ANY");
    expect(methods.map(({ Integration }) => Integration.TimeoutInMillis)).toEqual([7000, 7000]);
  });

  it("streams responses only if the stage sets it", () => {
    const modes = (stage: string) =>
      methodsOf(templateOf({ stage }), "ANY").map(({ Integration }) => [
        Integration.ResponseTransferMode,
        Integration.TimeoutInMillis,
      ]);
    expect(modes(LEAST)).toEqual([
      [undefined, 29_000],
      [undefined, 29_000],
    ]);
    expect(modes(`${LEAST}responseTransferMode: stream\nbackendTimeoutSeconds: 900`)).toEqual([
      ["STREAM", 900_000],
      ["STREAM", 900_000],
    ]);
  });

  it("replaces every vouched header, on the root too", () => {
    const report = { vouchedHeaders: [...REPORT.vouchedHeaders, { header: "X_Role", contextKey: "x_role" }] };
    for (const { Integration } of methodsOf(templateOf({ report }), "ANY")) {
      expect(Integration.RequestParameters).toMatchObject({
        "integration.request.header.Authorization": "context.authorizer.authorization",
        "integration.request.header.X-User": "context.authorizer.x-user",
        "integration.request.header.X_Role": "context.authorizer.x_role",
      });
    }
  });

  it.each([
    ["Cookie", ["Cookie", "cookie"]],
    ["cookie", ["Cookie", "cookie"]],
    ["Authorization", ["Authorization"]],
    ["X-User", ["X-User"]],
  ])(
    "maps %s as %j: what clients send in good faith in each of their usual spellings",
    (header, spellings) => {
      const report = { vouchedHeaders: [{ header, contextKey: "value" }] };
      for (const { Integration } of methodsOf(templateOf({ report }), "ANY")) {
        const mapped = Object.entries(Integration.RequestParameters ?? {}).filter(([key]) =>
          key.startsWith("integration.request.header."),
        );
        expect(mapped).toEqual(
          spellings.map((name) => [`integration.request.header.${name}`, "context.authorizer.value"]),
        );
      }
    },
  );

  it("maps no header that no rule vouches for", () => {
    for (const { Integration } of methodsOf(templateOf({ report: { vouchedHeaders: [] } }), "ANY")) {
      expect(
        Object.keys(Integration.RequestParameters ?? {}).filter((key) => key.includes(".header.")),
      ).toEqual([]);
    }
  });

  it("is throttled as the stage says", () => {
    const stage = `${LEAST}throttle: { rateLimit: 5, burstLimit: 9 }`;
    templateOf({ stage }).hasResourceProperties("AWS::ApiGateway::Stage", {
      MethodSettings: [
        Match.objectLike({ ThrottlingRateLimit: 5, ThrottlingBurstLimit: 9, HttpMethod: "*" }),
      ],
    });
  });

  it("logs requests if the stage sets it, without query, cookie or any other header", () => {
    templateOf().hasResourceProperties("AWS::ApiGateway::Stage", { AccessLogSetting: Match.absent() });
    const logged = templateOf({ stage: `${LEAST}accessLogs: true` });
    const [stage] = Object.values(logged.findResources("AWS::ApiGateway::Stage"));
    const { Format } = stage?.Properties.AccessLogSetting ?? {};
    expect(Object.keys(JSON.parse(Format))).toContain("rule");
    expect(Format).not.toMatch(/header|query|cookie|requestOverride|\$input/i);
  });
});

describe("the API's deployment", () => {
  const deploymentIn = (template: Template) =>
    Object.keys(template.findResources("AWS::ApiGateway::Deployment"));
  const deploymentOf = (change: Change = {}) => deploymentIn(templateOf(change));

  it("stays while nothing changes", () => {
    const [once, again] = [stackOf(), stackOf()].map((stack) => deploymentIn(Template.fromStack(stack)));
    expect(once).toEqual(again);
    expect(once).toHaveLength(1);
  });

  it.each<[string, Change]>([
    ["the vouched headers", { report: { vouchedHeaders: [{ header: "X-Role", contextKey: "x-role" }] } }],
    ["a context key", { report: { vouchedHeaders: [{ header: "X-User", contextKey: "user" }] } }],
    ["the backend", { stage: "backendUrl: https://other.example.com" }],
    ["the challenge", { report: { wwwAuthenticate: { realm: "gate" } } }],
    ["whether rules redirect", { report: { redirects: false } }],
    ["how browsers are sent on", { stage: `${LEAST}redirects: location` }],
    ["the allowed origins", { stage: ONE_ORIGIN }],
  ])("is renewed with %s", (_, change) => {
    expect(deploymentOf(change)).not.toEqual(deploymentOf());
  });
});

describe("a refusal", () => {
  it("without credentials has Oathkeeper's body, fixed, because no decision is known there", () => {
    const { status, headers, body } = refusalOf({}, "UNAUTHORIZED");
    expect(status).toBe("401");
    expect(headers).toEqual({ "Cache-Control": "'no-store'" });
    expect(JSON.parse(body)).toEqual({
      error: {
        code: 401,
        status: "Unauthorized",
        request: "$context.requestId",
        message: "Access credentials are invalid",
      },
    });
  });

  it("without credentials has the challenge if one is configured", () => {
    const { headers } = refusalOf(
      { report: { wwwAuthenticate: { realm: "Please authenticate." } } },
      "UNAUTHORIZED",
    );
    expect(headers["WWW-Authenticate"]).toBe("'Basic realm=Please authenticate.'");
  });

  it("with 403 has the decision's own body, and redirects browsers if the decision does", () => {
    expect(refusalOf({}, "ACCESS_DENIED")).toEqual({
      status: "403",
      headers: {
        "Cache-Control": "'no-store'",
        Location: "context.authorizer.location",
        Refresh: "context.authorizer.refresh",
      },
      body: "$context.authorizer.body",
    });
  });

  it("other than a 401 has no redirect if no rule redirects", () => {
    const { status, headers } = refusalOf(
      { report: { redirects: false }, stage: `${LEAST}redirects: location` },
      "ACCESS_DENIED",
    );
    expect(status).toBe("403");
    expect(headers).toEqual({ "Cache-Control": "'no-store'" });
  });

  it("with 403 is a plain redirect in a stage for browsers", () => {
    const { status, headers } = refusalOf({ stage: `${LEAST}redirects: location` }, "ACCESS_DENIED");
    expect(status).toBe("302");
    expect(headers).toEqual({ "Cache-Control": "'no-store'", Location: "context.authorizer.location" });
  });

  it.each(["AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR"])(
    "without a decision says nothing: %s",
    (type) => {
      const { status, body } = refusalOf({}, type);
      expect(status).toBe("500");
      expect(body).not.toContain("authorizer");
      expect(JSON.parse(body).error).toMatchObject({ code: 500, status: "Internal Server Error" });
    },
  );

  const EVERY_TYPE = [
    "UNAUTHORIZED",
    "ACCESS_DENIED",
    "AUTHORIZER_FAILURE",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
  ];

  it.each(EVERY_TYPE)("can be read by pages of the allowed origin: %s", (type) => {
    expect(refusalOf({ stage: ONE_ORIGIN }, type).headers).toMatchObject({
      "Access-Control-Allow-Origin": `'${ORIGIN}'`,
      "Access-Control-Allow-Credentials": "'true'",
      Vary: "'Origin'",
    });
  });

  it.each(EVERY_TYPE.filter((type) => type !== "ACCESS_DENIED"))(
    "tells pages of several origins nothing about who is logged in, where the origin was not checked: %s",
    (type) => {
      const { headers } = refusalOf({ stage: TWO_ORIGINS }, type);
      expect(headers["Access-Control-Allow-Origin"]).toBe("method.request.header.origin");
      expect(headers).not.toHaveProperty("Access-Control-Allow-Credentials");
    },
  );

  it("with 403 can be read by pages of the origin that the decision selected from several", () => {
    expect(refusalOf({ stage: TWO_ORIGINS }, "ACCESS_DENIED").headers).toMatchObject({
      "Access-Control-Allow-Origin": "context.authorizer.origin",
      "Access-Control-Allow-Credentials": "'true'",
      Vary: "'Origin'",
    });
  });

  it("has API Gateway's own headers if the stage has no `cors`", () => {
    expect(Object.keys(templateOf().findResources("AWS::ApiGateway::GatewayResponse"))).toHaveLength(4);
  });
});

describe("a preflight", () => {
  it("is decided by the rules if the stage has no `cors`", () => {
    expect(methodsOf(templateOf(), "OPTIONS")).toEqual([]);
  });

  it("gets its response from API Gateway on the root and below, without the authorizer", () => {
    const methods = methodsOf(templateOf({ stage: ONE_ORIGIN }), "OPTIONS");
    expect(methods).toHaveLength(2);
    for (const { AuthorizationType, Integration } of methods) {
      expect(AuthorizationType).toBe("NONE");
      expect(Integration).toMatchObject({
        Type: "MOCK",
        // With binary media types a mock fails on a body that was not made text.
        ContentHandling: "CONVERT_TO_TEXT",
        RequestTemplates: { "application/json": '{"statusCode": 204}' },
        IntegrationResponses: [
          {
            StatusCode: "204",
            ResponseParameters: {
              "method.response.header.Access-Control-Allow-Origin": `'${ORIGIN}'`,
              "method.response.header.Access-Control-Allow-Methods":
                "'GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS'",
              "method.response.header.Access-Control-Allow-Headers": "'Authorization,Content-Type'",
              "method.response.header.Access-Control-Allow-Credentials": "'true'",
              "method.response.header.Access-Control-Max-Age": "'60'",
              "method.response.header.Vary": "'Origin'",
            },
          },
        ],
      });
    }
  });

  it("gets the caller's origin only if it is one of the allowed, by a response that is converted to text first", () => {
    const [method] = methodsOf(templateOf({ stage: TWO_ORIGINS }), "OPTIONS");
    expect(method?.Integration.IntegrationResponses).toMatchObject([
      {
        ContentHandling: "CONVERT_TO_TEXT",
        ResponseTemplates: {
          "application/json":
            "#if($input.params().header.get('Origin') == 'https://admin.example.com' || $input.params().header.get('origin') == 'https://admin.example.com')" +
            "#set($context.responseOverride.header.Access-Control-Allow-Origin = 'https://admin.example.com')#end",
        },
      },
    ]);
  });
});
