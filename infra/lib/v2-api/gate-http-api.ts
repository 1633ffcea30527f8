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
  /** What decides the API's requests. */
  readonly gate: Oathgate;
  /** Where allowed requests go; the request's path is put behind it. */
  readonly backendUrl: string;
  /** Time that the backend has to answer, at most 30 seconds. @default Duration.seconds(29) */
  readonly backendTimeout?: Duration;
  /** The API's name. @default the construct's path */
  readonly apiName?: string;
  /** Lets pages of other origins call the API. @default preflights go to the rules as any other request */
  readonly cors?: CfnApi.CorsProperty;
  /** Requests a second, and at once. @default the account's limits */
  readonly throttle?: { readonly rateLimit: number; readonly burstLimit: number };
  /** Where the API logs its requests. @default they are not logged */
  readonly accessLog?: CfnStage.AccessLogSettingsProperty;
}

/** The longest that API Gateway waits for an HTTP API's backend. */
const LONGEST_BACKEND_TIMEOUT = Duration.seconds(30);

/** A URL that nothing answers (RFC 2606), for requests that API Gateway is to answer itself. */
const NOWHERE = "https://preflight.invalid/";

/**
 * An HTTP API, all of whose requests are decided by a gate and then handed to one backend.
 *
 * It is served under the root of its host name (stage `$default`). API Gateway decodes paths before the gate and the backend
 * see them, answers refusals itself, and maps nothing to `Authorization` (see `tokenHeader` of the gate).
 *
 * Each version of the gate's function has an authorizer and integrations of its own, which never change. A route is pointed
 * at both in one step, and the deployment that is served changes in another, so whatever API Gateway takes from the deployment
 * or as it is at the moment, the headers of a request are mapped as the version that decided about it vouches for them.
 */
export class GateHttpApi extends Construct {
  readonly apiId: string;
  readonly stage: CfnStage;
  /** Where the API is called. */
  readonly url: string;

  /**
   * @throws InputError where the gate's rules ask for what HTTP APIs can't do
   */
  constructor(scope: Construct, id: string, props: GateHttpApiProps) {
    super(scope, id);
    const { gate, backendTimeout = Duration.seconds(29) } = props;
    if (backendTimeout.toMilliseconds() > LONGEST_BACKEND_TIMEOUT.toMilliseconds()) {
      throw new InputError("an HTTP API waits at most 30 seconds for its backend");
    }
    const requestParameters = gate.httpRequestParameters();
    const api = new CfnApi(this, "Api", {
      name: props.apiName ?? this.node.path,
      description: "Requests decided by Ory Oathkeeper's rules, then handed to the backend",
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
        // The format of events for functions; for HTTP endpoints it has to be this one.
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
      // API Gateway answers preflights, but asks the authorizer of a route that takes every method. What else is OPTIONS ends here.
      const nowhere = integration("PreflightIntegration", NOWHERE);
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
