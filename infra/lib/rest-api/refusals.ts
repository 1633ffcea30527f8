import { STATUS_CODES } from "node:http";
import { type GatewayResponseOptions, ResponseType, type RestApi } from "aws-cdk-lib/aws-apigateway";
import { ERROR_BODIES, type ErrorBody } from "../facts";
import type { GateReport } from "../gate-report";
import type { RefusalCorsOptions } from "./protect-options";

/** The options of the responses to refused requests. */
export interface RefusalProps {
  readonly report: Pick<GateReport, "wwwAuthenticate" | "redirects">;
  /** How browsers are redirected. */
  readonly redirects: "refresh" | "location";
  /** The pages that may read refusals. @default no pages of other origins */
  readonly cors: RefusalCorsOptions | undefined;
}

/** A gateway response, and the id of its construct. */
export interface Refusal extends GatewayResponseOptions {
  readonly id: string;
}

/**
 * The gateway responses to refused requests, with bodies in Oathkeeper's format.
 *
 * A gateway response has one fixed status for each type and no template language, so:
 *
 * - 401 (`UNAUTHORIZED`): the decision is not available here, so the body is fixed, with the challenge if one is configured.
 * - any other refusal (`ACCESS_DENIED`): the body is that of the decision, which the function returns as JSON in the context key
 *   `body`; it is inserted without quotes. If the key is missing (a policy that does not cover the request), the body is empty.
 *   A redirect has the keys `location` and `refresh`; a header mapped from a missing key is left out, so other refusals do not
 *   have these headers.
 * - no decision (`AUTHORIZER_FAILURE`, `AUTHORIZER_CONFIGURATION_ERROR`): a 500 without details.
 */
export function refusalsOf(props: RefusalProps): Refusal[] {
  const noStore = { "Cache-Control": "'no-store'" };
  const always = { ...noStore, ...corsHeaders(props.cors, UNCHECKED_ORIGIN) };
  const { wwwAuthenticate: challenge, redirects } = props.report;
  const undecided = {
    statusCode: String(ERROR_BODIES.undecided.code),
    responseHeaders: always,
    templates: errorBody(ERROR_BODIES.undecided),
  };
  const refusals: Refusal[] = [
    {
      id: "Unauthorized",
      type: ResponseType.UNAUTHORIZED,
      statusCode: String(ERROR_BODIES.unauthorized.code),
      responseHeaders: {
        ...always,
        ...(challenge === undefined ? {} : { "WWW-Authenticate": `'Basic realm=${challenge.realm}'` }),
      },
      templates: errorBody(ERROR_BODIES.unauthorized),
    },
    {
      id: "AccessDenied",
      type: ResponseType.ACCESS_DENIED,
      statusCode: redirects && props.redirects === "location" ? "302" : "403",
      responseHeaders: {
        ...noStore,
        ...corsHeaders(props.cors, CHECKED_ORIGIN),
        ...(redirects ? { Location: "context.authorizer.location" } : {}),
        ...(redirects && props.redirects === "refresh" ? { Refresh: "context.authorizer.refresh" } : {}),
      },
      templates: { "application/json": "$context.authorizer.body" },
    },
    { id: "AuthorizerFailure", type: ResponseType.AUTHORIZER_FAILURE, ...undecided },
    { id: "AuthorizerConfigurationError", type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...undecided },
  ];
  // All others (throttled, no route, backend down) keep API Gateway's status and body.
  return props.cors === undefined
    ? refusals
    : [
        ...refusals,
        { id: "OtherClientError", type: ResponseType.DEFAULT_4XX, responseHeaders: always },
        { id: "OtherServerError", type: ResponseType.DEFAULT_5XX, responseHeaders: always },
      ];
}

/** Adds these gateway responses to an API. */
export function addRefusals(api: RestApi, props: RefusalProps): void {
  for (const { id, ...response } of refusalsOf(props)) {
    api.addGatewayResponse(id, response);
  }
}

/**
 * The client's origin if the function found it among the allowed ones. For any other the key is missing, so the header is left out.
 */
const CHECKED_ORIGIN = { source: "context.authorizer.origin", checked: true };

/**
 * The origin that the client claims. The name is in lower case, as browsers send it over HTTP/2: whether API Gateway compares
 * names here without regard to case is not known.
 */
const UNCHECKED_ORIGIN = { source: "method.request.header.origin", checked: false };

/**
 * The headers that let a page of an allowed origin read a response.
 *
 * A fixed value can name only one origin. For several, the client's own origin is returned. If that was not checked,
 * `Access-Control-Allow-Credentials` is left out: otherwise any page could find out who is logged in.
 */
function corsHeaders(
  cors: RefusalCorsOptions | undefined,
  caller: typeof CHECKED_ORIGIN,
): Record<string, string> {
  if (cors === undefined) {
    return {};
  }
  const [only, ...more] = cors.allowOrigins;
  const { exposeHeaders = [] } = cors;
  const oneOrigin = more.length === 0;
  return {
    "Access-Control-Allow-Origin": oneOrigin ? `'${only}'` : caller.source,
    ...(only === "*" ? {} : { Vary: "'Origin'" }),
    ...((oneOrigin || caller.checked) && cors.allowCredentials
      ? { "Access-Control-Allow-Credentials": "'true'" }
      : {}),
    ...(exposeHeaders.length === 0
      ? {}
      : { "Access-Control-Expose-Headers": `'${exposeHeaders.join(",")}'` }),
  };
}

/** The template of a body in Oathkeeper's format. */
function errorBody({ code, message }: ErrorBody): Record<string, string> {
  const status = STATUS_CODES[code];
  return {
    "application/json": JSON.stringify({ error: { code, status, request: "$context.requestId", message } }),
  };
}
