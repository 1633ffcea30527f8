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
  /** What decides who may connect. */
  readonly gate: Oathgate;
  /** Where every event of a connection is posted: its beginning, each message, its end. */
  readonly backendUrl: string;
  /** Time that the backend has to answer, at most 29 seconds. @default Duration.seconds(29) */
  readonly backendTimeout?: Duration;
  /** The API's name. @default the construct's path */
  readonly apiName?: string;
  /** The API's stage, the path of its URL. */
  readonly stageName: string;
  /** Events a second, and at once. @default the account's limits */
  readonly throttle?: { readonly rateLimit: number; readonly burstLimit: number };
  /** Where the API logs its events. @default they are not logged */
  readonly accessLog?: CfnStage.AccessLogSettingsProperty;
}

/** The longest that API Gateway waits for a WebSocket API's backend. */
const LONGEST_BACKEND_TIMEOUT = Duration.seconds(29);

/** The routes; every message is of the second one. */
const ROUTES = [
  ["ConnectRoute", "$connect"],
  ["MessageRoute", "$default"],
  ["DisconnectRoute", "$disconnect"],
] as const;

/**
 * A WebSocket API whose connections are decided by a gate, and whose events are posted to one backend.
 *
 * The gate decides once, when a client connects. Every later event of the connection carries the headers that were vouched for
 * then, `Oathgate-Connection-Id`, and in `Oathgate-Event` what it is: `CONNECT`, `MESSAGE` or `DISCONNECT`. A backend that
 * answers `CONNECT` with another status than 2xx ends the connection.
 *
 * As of an HTTP API, the authorizer and the integration of a version never change, and the route that has an authorizer is
 * pointed at both in one step.
 */
export class GateWebSocketApi extends Construct {
  readonly apiId: string;
  readonly stage: CfnStage;
  /** Where clients connect. */
  readonly url: string;

  /**
   * @throws InputError where the gate's rules ask for what WebSocket APIs can't do
   */
  constructor(scope: Construct, id: string, props: GateWebSocketApiProps) {
    super(scope, id);
    const { gate, backendTimeout = Duration.seconds(29) } = props;
    if (backendTimeout.toMilliseconds() > LONGEST_BACKEND_TIMEOUT.toMilliseconds()) {
      throw new InputError("a WebSocket API waits at most 29 seconds for its backend");
    }
    const requestParameters = gate.webSocketRequestParameters();
    const api = new CfnApi(this, "Api", {
      name: props.apiName ?? this.node.path,
      description: "Connections decided by Ory Oathkeeper's rules, their events handed to the backend",
      protocolType: "WEBSOCKET",
      // Required; every message is of `$default`, since no other route has a name that a message could give.
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
            : // Only `$connect` can have one; messages carry the identity of their connection.
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
