import { Duration, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import {
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  ParameterMapping,
  WebSocketApi,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpUrlIntegration, WebSocketMockIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { describe, expect, it } from "vitest";
import { GateHttpApi, GateWebSocketApi } from "../lib";
import { emptyStack, gateIn } from "./own-api";
import { refusal } from "./project";
import { REPORT, RULES } from "./synth";

/** Rules that HTTP and WebSocket APIs can have. */
const checked = { ...REPORT, redirects: false, rules: RULES };

describe("an app's own HTTP API", () => {
  function apiWith(routes: HttpMethod[]) {
    const stack = emptyStack();
    const gate = gateIn(stack, { checked, tokenHeader: "X-Token" });
    const api = new HttpApi(stack, "Api");
    const parameterMapping = new ParameterMapping();
    for (const [key, value] of Object.entries(gate.httpRequestParameters())) {
      parameterMapping.custom(key, value);
    }
    api.addRoutes({
      path: "/{proxy+}",
      methods: routes,
      authorizer: gate.httpAuthorizer(),
      integration: new HttpUrlIntegration("Backend", "https://backend.example.com/{proxy}", {
        parameterMapping,
      }),
    });
    return Template.fromStack(stack);
  }

  it("has one authorizer for all its routes, and the mappings of every vouched header", () => {
    const template = apiWith([HttpMethod.GET, HttpMethod.POST]);
    template.resourceCountIs("AWS::ApiGatewayV2::Authorizer", 1);
    const [authorizer] = Object.keys(template.findResources("AWS::ApiGatewayV2::Authorizer"));
    template.resourcePropertiesCountIs(
      "AWS::ApiGatewayV2::Route",
      { AuthorizationType: "CUSTOM", AuthorizerId: { Ref: authorizer } },
      2,
    );
    template.hasResourceProperties("AWS::ApiGatewayV2::Integration", {
      RequestParameters: {
        "overwrite:header.X-Token": "$context.authorizer.x_token",
        "overwrite:header.X-User": "$context.authorizer.x_user",
      },
    });
    template.hasResourceProperties("AWS::Lambda::Function", {
      Environment: { Variables: Match.objectLike({ OATHGATE_HTTP_API_ANSWER: "simple" }) },
    });
  });

  it("is in the gate's stack", () => {
    const stack = emptyStack();
    const gate = gateIn(stack, { checked, tokenHeader: "X-Token" });
    const api = new HttpApi(new Stack(stack.node.root, "other"), "Api");
    const route = () =>
      new HttpRoute(api, "Route", {
        httpApi: api,
        routeKey: HttpRouteKey.with("/a"),
        authorizer: gate.httpAuthorizer(),
        integration: new HttpUrlIntegration("Backend", "https://backend.example.com"),
      });
    expect(refusal(route)).toBe(
      "the API `other/Api` is in another stack than the gate, so its deployment could not change together with the version that decides for it: create the gate in the API's stack",
    );
  });

  it.each([
    [
      { timeout: Duration.seconds(11) },
      "`timeout` must be at most 10 seconds, the time that HTTP APIs wait for a decision",
    ],
    [
      { tokenHeader: "Cookie" },
      "`tokenHeader` must be the name of a header that API Gateway can map and clients do not send, such as `X-Token`; it is `Cookie`",
    ],
  ])("refuses unsupported props: %j", (props, sentence) => {
    const act = () => gateIn(emptyStack(), { checked, tokenHeader: "X-Token", ...props }).httpAuthorizer();
    expect(refusal(act)).toBe(sentence);
  });

  it("waits for its backend as long as API Gateway does", () => {
    const stack = emptyStack();
    const gate = gateIn(stack, { checked, tokenHeader: "X-Token" });
    const act = () =>
      new GateHttpApi(stack, "Api", {
        gate,
        backendUrl: "https://backend.example.com",
        backendTimeout: Duration.seconds(31),
      });
    expect(refusal(act)).toBe("`backendTimeout` must be at most 30 seconds, the limit of HTTP APIs");
  });
});

describe("an app's own WebSocket API", () => {
  it("is decided about when a client connects", () => {
    const stack = emptyStack();
    const gate = gateIn(stack, { checked });
    const integration = new WebSocketMockIntegration("Backend");
    new WebSocketApi(stack, "Api", {
      connectRouteOptions: { integration, authorizer: gate.webSocketAuthorizer() },
    });
    const template = Template.fromStack(stack);
    const [authorizer] = Object.keys(template.findResources("AWS::ApiGatewayV2::Authorizer"));
    template.hasResourceProperties("AWS::ApiGatewayV2::Route", {
      RouteKey: "$connect",
      AuthorizationType: "CUSTOM",
      AuthorizerId: { Ref: authorizer },
    });
  });

  it("waits for its backend as long as API Gateway does", () => {
    const stack = emptyStack();
    const gate = gateIn(stack, { checked });
    const act = () =>
      new GateWebSocketApi(stack, "Api", {
        gate,
        backendUrl: "https://backend.example.com",
        stageName: "test",
        backendTimeout: Duration.seconds(30),
      });
    expect(refusal(act)).toBe("`backendTimeout` must be at most 29 seconds, the limit of WebSocket APIs");
  });
});
