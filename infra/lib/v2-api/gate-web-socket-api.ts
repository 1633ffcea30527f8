import { Duration, Fn } from "aws-cdk-lib";
import { CfnApi, CfnIntegration, CfnRoute, type CfnStage } from "aws-cdk-lib/aws-apigatewayv2";
import { Construct } from "constructs";
import { InputError } from "../input-error";
import type { Oathgate } from "../oathgate";
import { renewWithVersion } from "../rest-api/renewed-with-version";
import { servedStage } from "./served-stage";
import { V2VersionAuthorizer } from "./v2-version-authorizer";

/** Props for `GateWebSocketApi`. */
export interface GateWebSocketApiProps {
  /** The gate that decides who may connect. */
  readonly gate: Oathgate;
  /** The URL that every event of a connection is posted to: connect, each message, disconnect. */
  readonly backendUrl: string;
  /** The time-out for the backend's response, at most 29 seconds. @default Duration.seconds(29) */
  readonly backendTimeout?: Duration;
  /** The API's name. @default the construct's path */
  readonly apiName?: string;
  /** The name of the API's stage, which is the path of its URL. */
  readonly stageName: string;
  /** The events per second, and the burst. @default the account's limits */
  readonly throttle?: { readonly rateLimit: number; readonly burstLimit: number };
  /** The access log. @default none */
  readonly accessLog?: CfnStage.AccessLogSettingsProperty;
}

/** The longest time that API Gateway waits for the backend of a WebSocket API. */
const MAX_BACKEND_TIMEOUT = Duration.seconds(29);

/** The routes; every message matches the second one. */
const ROUTES = [
  ["ConnectRoute", "$connect"],
  ["MessageRoute", "$default"],
  ["DisconnectRoute", "$disconnect"],
] as const;

/**
 * A WebSocket API whose connections are decided by a gate, and whose events are posted to one backend.
 *
 * The gate decides once, when a client connects. Every later event of the connection has the vouched headers of that decision,
 * `Oathgate-Connection-Id`, and `Oathgate-Event` with the type of the event: `CONNECT`, `MESSAGE` or `DISCONNECT`. If the backend
 * responds to `CONNECT` with any status but 2xx, the connection is closed.
 *
 * As with an HTTP API, the authorizer and the integration of a version never change, and the route with the authorizer is
 * pointed to both in one step.
 */
export class GateWebSocketApi extends Construct {
  readonly apiId: string;
  readonly stage: CfnStage;
  /** The URL that clients connect to. */
  readonly url: string;

  /**
   * @throws InputError if `backendTimeout` is too long, or if the gate's rules use something that WebSocket APIs do not support
   */
  constructor(scope: Construct, id: string, props: GateWebSocketApiProps) {
    super(scope, id);
    const { gate, backendTimeout = Duration.seconds(29) } = props;
    if (backendTimeout.toMilliseconds() > MAX_BACKEND_TIMEOUT.toMilliseconds()) {
      throw new InputError("`backendTimeout` must be at most 29 seconds, the limit of WebSocket APIs");
    }
    const requestParameters = gate.webSocketRequestParameters();
    const api = new CfnApi(this, "Api", {
      name: props.apiName ?? this.node.path,
      description: "Connections decided by Ory Oathkeeper's rules, events sent to the backend",
      protocolType: "WEBSOCKET",
      // Required. Every message matches `$default`, because no other route has a key that a message could select.
      routeSelectionExpression: "$request.body.action",
    });
    this.apiId = api.ref;
    const authorizer = new V2VersionAuthorizer(this, "Authorizer", {
      apiId: api.ref,
      protocol: "WEBSOCKET",
      version: gate.version,
    });
    const integration = new CfnIntegration(this, "Integration", {
      apiId: api.ref,
      integrationType: "HTTP_PROXY",
      integrationMethod: "POST",
      integrationUri: props.backendUrl,
      timeoutInMillis: backendTimeout.toMilliseconds(),
      requestParameters,
    });
    renewWithVersion(integration, gate.version);
    const routes = ROUTES.map(
      ([name, routeKey]) =>
        new CfnRoute(this, name, {
          apiId: api.ref,
          routeKey,
          target: Fn.join("/", ["integrations", integration.ref]),
          ...(routeKey === "$connect"
            ? { authorizationType: "CUSTOM", authorizerId: authorizer.authorizerId }
            : // Only `$connect` can have an authorizer; messages have the identity of their connection.
              { authorizationType: "NONE" }),
        }),
    );
    this.stage = servedStage(this, {
      stageName: props.stageName,
      options: props,
      api,
      authorizer,
      integrations: [integration],
      routes,
      ready: gate.ready,
    });
    this.url = `${api.attrApiEndpoint}/${props.stageName}`;
  }
}
