import { Aspects, NestedStack, Stack } from "aws-cdk-lib";
import { Annotations, Match, Template } from "aws-cdk-lib/assertions";
import {
  ApiDefinition,
  AuthorizationType,
  AwsIntegration,
  CfnDeployment,
  CfnMethod,
  type CfnRestApi,
  Cors,
  Deployment,
  type Integration,
  LambdaIntegration,
  MockIntegration,
  ResponseType,
  RestApi,
  SpecRestApi,
  Stage,
} from "aws-cdk-lib/aws-apigateway";
import { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { describe, expect, it } from "vitest";
import { apiIn, emptyStack, gateIn, http, methodsOf, type OwnApi, protectedApi } from "./own-api";
import { refusal } from "./project";
import { REPORT } from "./synth";

const MAPPED = {
  "integration.request.header.Authorization": "context.authorizer.authorization",
  "integration.request.header.X-User": "context.authorizer.x-user",
};

/** A function that is there already. */
const lambda = (stack: Stack) =>
  LambdaFunction.fromFunctionArn(stack, "Orders", "arn:aws:lambda:eu-central-1:123456789012:function:orders");

describe("every method of a protected API", () => {
  it("is decided by the authorizer, whenever and by whatever it is created", () => {
    const template = protectedApi({
      before: (api) => api.root.addMethod("GET", http()),
      after: (api) => {
        api.root.addResource("orders").addResource("{id}").addMethod("PUT", http());
        new CfnMethod(api, "Raw", {
          restApiId: api.restApiId,
          resourceId: api.restApiRootResourceId,
          httpMethod: "PATCH",
          integration: { type: "HTTP", uri: "https://backend.example.com", integrationHttpMethod: "PATCH" },
        });
      },
    });
    const [authorizer] = Object.keys(template.findResources("AWS::ApiGateway::Authorizer"));
    for (const verb of ["GET", "PUT", "PATCH"]) {
      expect(methodsOf(template, verb)).toEqual([
        expect.objectContaining({
          AuthorizationType: "CUSTOM",
          AuthorizerId: { Ref: authorizer },
          Integration: expect.objectContaining({ RequestParameters: MAPPED }),
        }),
      ]);
    }
  });

  it("is decided even if its author set no authorization", () => {
    const template = protectedApi({
      after: (api) => api.root.addMethod("GET", http(), { authorizationType: AuthorizationType.NONE }),
    });
    expect(methodsOf(template, "GET")[0]?.AuthorizationType).toBe("CUSTOM");
  });

  it("keeps its own mappings", () => {
    const own = { "integration.request.header.X-Tenant": "'shop'" };
    const template = protectedApi({ after: (api) => api.root.addMethod("GET", http(own)) });
    expect(methodsOf(template, "GET")[0]?.Integration?.RequestParameters).toEqual({ ...own, ...MAPPED });
  });

  it.each<[string, (stack: Stack) => Integration, string]>([
    [
      "its function reads the authorizer's context",
      (stack) => new LambdaIntegration(lambda(stack)),
      "AWS_PROXY",
    ],
    [
      "API Gateway would answer 500 to a mapped Authorization",
      () => new AwsIntegration({ service: "sqs", path: "queue" }),
      "AWS",
    ],
    ["nothing is called", () => new MockIntegration(), "MOCK"],
  ])("is decided without header mappings if %s", (_, integration, type) => {
    const template = protectedApi({ after: (api, stack) => api.root.addMethod("GET", integration(stack)) });
    const [method] = methodsOf(template, "GET");
    expect(method).toMatchObject({ AuthorizationType: "CUSTOM", Integration: { Type: type } });
    expect(method?.Integration).not.toHaveProperty("RequestParameters");
  });

  it("is decided in a nested stack too", () => {
    const stack = emptyStack();
    const api = apiIn(stack);
    api.root.addMethod("GET", http());
    gateIn(stack).protect(api);
    const nested = new NestedStack(stack, "Orders");
    const { restApiId, restApiRootResourceId: rootResourceId } = api;
    RestApi.fromRestApiAttributes(nested, "Api", { restApiId, rootResourceId }).root.addMethod("PUT", http());
    const [method] = methodsOf(Template.fromStack(nested), "PUT");
    expect(method).toMatchObject({
      AuthorizationType: "CUSTOM",
      Integration: { RequestParameters: MAPPED },
    });
  });
});

describe("a preflight that API Gateway answers", () => {
  it("is excluded by default", () => {
    const template = protectedApi({
      api: { defaultCorsPreflightOptions: { allowOrigins: Cors.ALL_ORIGINS } },
      after: (api) => api.root.addMethod("GET", http()),
    });
    expect(methodsOf(template, "OPTIONS")).toEqual([expect.objectContaining({ AuthorizationType: "NONE" })]);
    expect(methodsOf(template, "GET")[0]?.AuthorizationType).toBe("CUSTOM");
  });

  it("is decided if it reaches a backend", () => {
    const template = protectedApi({ after: (api) => api.root.addMethod("OPTIONS", http()) });
    expect(methodsOf(template, "OPTIONS")[0]?.AuthorizationType).toBe("CUSTOM");
  });
});

describe("an excluded method", () => {
  const health = (own: OwnApi = {}) =>
    protectedApi({
      options: { exclude: ["GET /health"] },
      ...own,
      after: (api) => {
        api.root.addMethod("GET", http());
        api.root.addResource("health").addMethod("GET", http());
      },
    });
  const open = (template: ReturnType<typeof health>) =>
    methodsOf(template, "GET").filter(({ AuthorizationType }) => AuthorizationType === "NONE");

  it("is the only open method", () => {
    expect(open(health())).toHaveLength(1);
    expect(methodsOf(health(), "GET")).toHaveLength(2);
  });

  it("lets no client forge a vouched header: the placeholder replaces it, in both usual spellings", () => {
    expect(open(health())[0]?.Integration?.RequestParameters).toEqual({
      "integration.request.header.Authorization": "'none'",
      "integration.request.header.authorization": "'none'",
      "integration.request.header.X-User": "'none'",
      "integration.request.header.x-user": "'none'",
    });
  });

  it("has the gate's own placeholder, and keeps client headers", () => {
    const gate = { vouchedHeaderFallback: "nobody", clientHeaders: ["authorization"] };
    expect(open(health({ gate }))[0]?.Integration?.RequestParameters).toEqual({
      "integration.request.header.X-User": "'nobody'",
      "integration.request.header.x-user": "'nobody'",
    });
  });

  it("keeps its own authorizer", () => {
    const template = protectedApi({
      options: { exclude: ["GET /"] },
      after: (api) => api.root.addMethod("GET", http(), { authorizationType: AuthorizationType.IAM }),
    });
    expect(methodsOf(template, "GET")[0]?.AuthorizationType).toBe("AWS_IAM");
  });

  it("may be named in any case and with more blanks", () => {
    expect(open(health({ options: { exclude: [" get   /health "] } }))).toHaveLength(1);
  });
});

describe("a protected API's deployment", () => {
  const idOf = (own: OwnApi) =>
    Object.keys(
      protectedApi({ after: (api) => api.root.addMethod("GET", http()), ...own }).findResources(
        "AWS::ApiGateway::Deployment",
      ),
    );
  const header = { header: "X-Role", contextKey: "x-role" };

  it("stays while nothing changes", () => {
    expect(idOf({})).toEqual(idOf({}));
    expect(idOf({})).toHaveLength(1);
  });

  it.each<[string, OwnApi]>([
    ["the vouched headers", { gate: { checked: { ...REPORT, rules: [], vouchedHeaders: [header] } } }],
    ["the function's variables", { gate: { publicHost: "api.example.com" } }],
    ["what is excluded", { options: { exclude: ["GET /"] } }],
    ["the answers to refused requests", { gate: { redirects: "location" } }],
  ])("is renewed with %s, without any feature flag", (_, own) => {
    expect(idOf(own)).not.toEqual(idOf({}));
  });

  it("is renewed if the app creates it itself, too", () => {
    const ids = (publicHost: string) =>
      protectedApi({
        gate: { publicHost },
        api: { deploy: false },
        after: (api, stack) => {
          api.root.addMethod("GET", http());
          const deployment = new Deployment(stack, "Deployment", { api });
          new Stage(stack, "Stage", { deployment, stageName: "live" });
        },
      });
    const [one, other] = ["one.example.com", "other.example.com"].map((host) =>
      Object.keys(ids(host).findResources("AWS::ApiGateway::Deployment")),
    );
    expect(one).not.toEqual(other);
    const [stage] = Object.values(ids("one.example.com").findResources("AWS::ApiGateway::Stage"));
    expect(stage?.DependsOn.join()).toMatch(/Permission.*|Version/);
  });
});

describe("synth fails for methods that would stay open:", () => {
  const over = (api: RestApi, change: (method: CfnMethod) => void) =>
    Aspects.of(api).add(
      { visit: (node) => (node instanceof CfnMethod ? change(node) : undefined) },
      { priority: 900 },
    );
  const refused: [string, OwnApi, string][] = [
    [
      "a method with an authorizer of its own",
      { after: (api) => api.root.addMethod("GET", http(), { authorizationType: AuthorizationType.IAM }) },
      '`GET /` has an authorizer of its own: remove it, so that the gate decides, or exclude the method by `exclude: ["GET /"]`',
    ],
    [
      "a name that no method has",
      {
        options: { exclude: ["GET /helth"] },
        after: (api) => api.root.addResource("health").addMethod("GET", http()),
      },
      "`exclude` names `GET /helth`, which is not a method of this API; did you mean `GET /health`?",
    ],
    [
      "a name far from every method's",
      { options: { exclude: ["DELETE /metrics/of/all"] }, after: (api) => api.root.addMethod("GET", http()) },
      "`exclude` names `DELETE /metrics/of/all`, which is not a method of this API; the methods are GET /",
    ],
    [
      "a vouched header that a method maps itself, in whatever case",
      { after: (api) => api.root.addMethod("GET", http({ "integration.request.header.x-user": "'root'" })) },
      "`GET /` maps the vouched header `x-user` itself: remove `integration.request.header.x-user` from its request parameters",
    ],
    [
      "a function that would be handed forged headers",
      {
        gate: { forgedHeaders: "replace" },
        after: (api, stack) => api.root.addMethod("GET", new LambdaIntegration(lambda(stack))),
      },
      '`GET /` has an integration that receives the client\'s own headers, so `forgedHeaders: "replace"` would let',
    ],
    [
      "a service that could be handed forged headers by a template",
      {
        gate: { forgedHeaders: "replace" },
        after: (api) => api.root.addMethod("GET", new AwsIntegration({ service: "sqs", path: "queue" })),
      },
      "`GET /` has an integration that receives the client's own headers",
    ],
    [
      "a method that an aspect opens afterwards",
      {
        after: (api) => {
          api.root.addMethod("GET", http());
          over(api, (method) => {
            method.authorizationType = "NONE";
          });
        },
      },
      "`GET /` stays open: an override or aspect sets its authorizer after the gate",
    ],
    [
      "a method that an override opens",
      {
        after: (api) => {
          const method = api.root.addMethod("GET", http());
          (method.node.defaultChild as CfnMethod).addPropertyOverride("AuthorizationType", "NONE");
        },
      },
      "`GET /` stays open: an override or aspect sets its authorizer after the gate",
    ],
    [
      "mappings that an override takes away",
      {
        after: (api) => {
          const method = api.root.addMethod("GET", http());
          (method.node.defaultChild as CfnMethod).addPropertyDeletionOverride(
            "Integration.RequestParameters",
          );
        },
      },
      "`GET /` would let clients forge `Authorization`, `X-User`",
    ],
    [
      "methods of an OpenAPI document",
      {
        after: (api) => {
          api.root.addMethod("GET", http());
          (api.node.defaultChild as CfnRestApi).body = { openapi: "3.0.1" };
        },
      },
      "the API's methods are defined in an OpenAPI document, which CDK does not read: use `attachTo(api.restApiId, …)`",
    ],
    [
      "a deployment that does not follow",
      {
        after: (api, stack) => {
          api.root.addMethod("GET", http());
          new CfnDeployment(stack, "Fixed", { restApiId: api.restApiId });
        },
      },
      "the deployment `own/Fixed` is a CfnDeployment, which is not renewed when the gate changes",
    ],
    [
      "a refusal that the app shapes itself",
      {
        after: (api) => {
          api.root.addMethod("GET", http());
          api.addGatewayResponse("Own", { type: ResponseType.UNAUTHORIZED });
        },
      },
      "the API has a gateway response for UNAUTHORIZED of its own, which the gate creates too: remove yours",
    ],
  ];

  it.each(refused)("%s", (_, own, sentence) => {
    expect(() => protectedApi(own)).toThrow(sentence);
  });
});

describe("protect", () => {
  it("refuses an API whose methods CDK does not see", () => {
    const stack = emptyStack();
    const gate = gateIn(stack);
    const spec = new SpecRestApi(stack, "Spec", {
      apiDefinition: ApiDefinition.fromInline({ openapi: "3.0.1" }),
    });
    const imported = RestApi.fromRestApiId(stack, "Imported", "abc123");
    for (const api of [spec, imported]) {
      expect(refusal(() => gate.protect(api as RestApi))).toContain("use `attachTo(api.restApiId, …)`");
    }
  });

  it("refuses an API of another stack", () => {
    const stack = emptyStack();
    const other = new Stack(stack.node.root as never, "other");
    expect(refusal(() => gateIn(stack).protect(apiIn(other)))).toContain(
      "create the gate in the API's stack",
    );
  });

  it("refuses an API that is protected already", () => {
    const stack = emptyStack();
    const gate = gateIn(stack);
    const api = apiIn(stack);
    gate.protect(api);
    expect(refusal(() => gate.protect(api))).toContain("is protected already");
  });
});

describe("a response cache", () => {
  const warned = (cacheClusterEnabled: boolean) => {
    const stack = emptyStack();
    const api = apiIn(stack, { deployOptions: { cacheClusterEnabled } });
    api.root.addMethod("GET", http());
    gateIn(stack).protect(api);
    return Annotations.fromStack(stack).findWarning("*", Match.stringLikeRegexp("made for one user")).length;
  };

  it("causes a warning, and only if it is enabled: API Gateway serves its responses to every client", () => {
    expect([warned(true), warned(false)]).toEqual([1, 0]);
  });
});

describe("pages of other origins", () => {
  const cors = (...allowOrigins: string[]) => ({ cors: { allowOrigins } });
  const after = (api: RestApi) => api.root.addMethod("GET", http());

  it("may read refusals if the API allows them; of several origins, the function selects one", () => {
    const template = protectedApi({ options: cors("https://a.example.com", "https://b.example.com"), after });
    template.hasResourceProperties("AWS::ApiGateway::GatewayResponse", {
      ResponseType: "ACCESS_DENIED",
      ResponseParameters: {
        "gatewayresponse.header.Access-Control-Allow-Origin": "context.authorizer.origin",
      },
    });
    template.hasResourceProperties("AWS::Lambda::Function", {
      Environment: {
        Variables: { OATHGATE_ALLOWED_ORIGINS: "https://a.example.com,https://b.example.com" },
      },
    });
  });

  it("are the same for all APIs of a gate, because its function has one list", () => {
    const stack = emptyStack();
    const gate = gateIn(stack);
    gate.protect(apiIn(stack), cors("https://a.example.com", "https://b.example.com"));
    const second = new RestApi(stack, "Second");
    expect(
      refusal(() => gate.protect(second, cors("https://a.example.com", "https://c.example.com"))),
    ).toContain("`cors.allowOrigins` differs");
  });
});
