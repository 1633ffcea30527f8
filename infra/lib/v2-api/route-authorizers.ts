import { Stack } from "aws-cdk-lib";
import type {
  HttpRouteAuthorizerBindOptions,
  HttpRouteAuthorizerConfig,
  IHttpRouteAuthorizer,
  IWebSocketRouteAuthorizer,
  WebSocketRouteAuthorizerBindOptions,
  WebSocketRouteAuthorizerConfig,
} from "aws-cdk-lib/aws-apigatewayv2";
import type { Version } from "aws-cdk-lib/aws-lambda";
import { Construct, type IConstruct } from "constructs";
import { InputError } from "../input-error";
import { V2VersionAuthorizer } from "./v2-version-authorizer";

/** An authorizer for routes of HTTP APIs. */
export class HttpGateAuthorizer implements IHttpRouteAuthorizer {
  constructor(private readonly version: Version) {}

  bind({ route }: HttpRouteAuthorizerBindOptions): HttpRouteAuthorizerConfig {
    const { httpApi } = route;
    return {
      authorizerId: authorizerOf(httpApi, httpApi.apiId, "HTTP", this.version),
      authorizationType: "CUSTOM",
    };
  }
}

/** An authorizer for the route `$connect` of WebSocket APIs. */
export class WebSocketGateAuthorizer implements IWebSocketRouteAuthorizer {
  constructor(private readonly version: Version) {}

  bind({ route }: WebSocketRouteAuthorizerBindOptions): WebSocketRouteAuthorizerConfig {
    const { webSocketApi } = route;
    return {
      authorizerId: authorizerOf(webSocketApi, webSocketApi.apiId, "WEBSOCKET", this.version),
      authorizationType: "CUSTOM",
    };
  }
}

/**
 * The API's authorizer for this version: one for all its routes.
 *
 * @throws InputError if the API is in another stack than the version
 */
function authorizerOf(
  api: IConstruct,
  apiId: string,
  protocol: "HTTP" | "WEBSOCKET",
  version: Version,
): string {
  const known = api.node.tryFindChild(AUTHORIZER_ID);
  if (known instanceof V2VersionAuthorizer) {
    return known.authorizerId;
  }
  if (!(api instanceof Construct) || Stack.of(api) !== Stack.of(version)) {
    throw new InputError(
      `the API \`${api.node.path}\` is in another stack than the gate, so its deployment could not change together with the version that decides for it: create the gate in the API's stack`,
    );
  }
  return new V2VersionAuthorizer(api, AUTHORIZER_ID, { apiId, protocol, version }).authorizerId;
}

/** The construct's id below the API. */
const AUTHORIZER_ID = "OathgateAuthorizer";
