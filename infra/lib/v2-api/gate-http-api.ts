import { Duration, Fn, type IResolvable } from "aws-cdk-lib";
import { CfnApi, CfnIntegration, CfnRoute, type CfnStage } from "aws-cdk-lib/aws-apigatewayv2";
import { Construct } from "constructs";
import { InputError } from "../input-error";
import type { Oathgate } from "../oathgate";
import { renewWithVersion } from "../rest-api/renewed-with-version";
import { servedStage } from "./served-stage";
import { V2VersionAuthorizer } from "./v2-version-authorizer";

/** Props for `GateHttpApi`. */
export interface GateHttpApiProps {
  /** The gate that decides the API's requests. */
  readonly gate: Oathgate;
  /** The URL that allowed requests are sent to; the request's path is appended. */
  readonly backendUrl: string;
  /** The time-out for the backend's response, at most 30 seconds. @default Duration.seconds(29) */
  readonly backendTimeout?: Duration;
  /** The API's name. @default the construct's path */
  readonly apiName?: string;
  /** Lets pages of other origins call the API. @default preflights are decided by the rules, like any other request */
  readonly cors?: CfnApi.CorsProperty;
  /** The requests per second, and the burst. @default the account's limits */
  readonly throttle?: { readonly rateLimit: number; readonly burstLimit: number };
  /** The access log. @default none */
  readonly accessLog?: CfnStage.AccessLogSettingsProperty;
}

/** The longest time that API Gateway waits for the backend of an HTTP API. */
const MAX_BACKEND_TIMEOUT = Duration.seconds(30);

/** A URL that never resolves (RFC 2606), for requests that API Gateway answers itself. */
const UNRESOLVABLE_URL = "https://preflight.invalid/";

/**
 * An HTTP API whose requests are all decided by a gate and then sent to one backend.
 *
 * It is served at the root of its host name (stage `$default`). API Gateway decodes paths before the gate and the backend
 * receive them, responds to refused requests itself, and can't map `Authorization` (see `tokenHeader` of the gate).
 *
 * Each version of the gate's function has an authorizer and integrations of its own, which never change. A route is pointed to
 * both in one step, and the served deployment changes in another. So no matter whether API Gateway uses them as deployed or in
 * their current state, the headers of a request are mapped for the version that decided it.
 */
export class GateHttpApi extends Construct {
  readonly apiId: string;
  readonly stage: CfnStage;
  /** The API's URL. */
  readonly url: string;

  /**
   * @throws InputError if `backendTimeout` is too long, or if the gate's rules use something that HTTP APIs do not support
   */
  constructor(scope: Construct, id: string, props: GateHttpApiProps) {
    super(scope, id);
    const { gate, backendTimeout = Duration.seconds(29) } = props;
    if (backendTimeout.toMilliseconds() > MAX_BACKEND_TIMEOUT.toMilliseconds()) {
      throw new InputError("`backendTimeout` must be at most 30 seconds, the limit of HTTP APIs");
    }
    const requestParameters = gate.httpRequestParameters();
    const api = new CfnApi(this, "Api", {
      name: props.apiName ?? this.node.path,
      description: "Requests decided by Ory Oathkeeper's rules, then sent to the backend",
      protocolType: "HTTP",
      ...(props.cors === undefined ? {} : { corsConfiguration: props.cors }),
    });
    this.apiId = api.ref;
    const authorizer = new V2VersionAuthorizer(this, "Authorizer", {
      apiId: api.ref,
      protocol: "HTTP",
      version: gate.version,
    });

    const backend = props.backendUrl.replace(/\/+$/, "");
    const integration = (name: string, integrationUri: string, parameters?: IResolvable | object) =>
      new CfnIntegration(this, name, {
        apiId: api.ref,
        integrationType: "HTTP_PROXY",
        integrationMethod: "ANY",
        // The format of events for functions; HTTP endpoints require this value.
        payloadFormatVersion: "1.0",
        integrationUri,
        timeoutInMillis: backendTimeout.toMilliseconds(),
        ...(parameters === undefined ? {} : { requestParameters: parameters }),
      });
    const route = (name: string, routeKey: string, target: CfnIntegration, decided: boolean) =>
      new CfnRoute(this, name, {
        apiId: api.ref,
        routeKey,
        target: Fn.join("/", ["integrations", target.ref]),
        ...(decided
          ? { authorizationType: "CUSTOM", authorizerId: authorizer.authorizerId }
          : { authorizationType: "NONE" }),
      });

    const toRoot = integration("RootIntegration", `${backend}/`, requestParameters);
    const toEverythingElse = integration("Integration", `${backend}/{proxy}`, requestParameters);
    for (const decided of [toRoot, toEverythingElse]) {
      renewWithVersion(decided, gate.version);
    }
    const routes = [
      route("RootRoute", "ANY /", toRoot, true),
      route("Route", "ANY /{proxy+}", toEverythingElse, true),
    ];
    const integrations = [toRoot, toEverythingElse];
    if (props.cors !== undefined) {
      // API Gateway answers preflights itself, but only after the authorizer of a route for every method. Routes for OPTIONS
      // without an authorizer prevent that; any OPTIONS request that is not a preflight fails here.
      const nowhere = integration("PreflightIntegration", UNRESOLVABLE_URL);
      integrations.push(nowhere);
      routes.push(
        route("RootPreflight", "OPTIONS /", nowhere, false),
        route("Preflight", "OPTIONS /{proxy+}", nowhere, false),
      );
    }
    this.stage = servedStage(this, {
      stageName: "$default",
      options: props,
      api,
      authorizer,
      integrations,
      routes,
      ready: gate.ready,
    });
    this.url = `${api.attrApiEndpoint}/`;
  }
}
