import { type GatewayResponseOptions, ResponseType, type RestApi } from "aws-cdk-lib/aws-apigateway";
import type { GateReport } from "../gate-report";
import type { RefusalCorsOptions } from "./protect-options";

/** What the answers to refused requests depend on. */
export interface RefusalProps {
  readonly report: Pick<GateReport, "wwwAuthenticate" | "redirects">;
  /** How a browser is sent on. */
  readonly redirects: "refresh" | "location";
  /** Which pages may read refusals. @default none of another origin */
  readonly cors: RefusalCorsOptions | undefined;
}

/** One of the API's own answers, and the id of its construct. */
export interface Refusal extends GatewayResponseOptions {
  readonly id: string;
}

/**
 * The API's own answers in Oathkeeper's shape.
 *
 * A gateway response has one fixed status for each type and no template language, so:
 *
 * - 401 (`UNAUTHORIZED`): nothing of the decision is known here, the body is fixed, with the challenge where one is configured.
 * - refused for good (`ACCESS_DENIED`): the body is the decision's own, which the function hands over as finished JSON in
 *   the context key `body`; it goes in as it is, without quotes around it. Where the key is missing (a policy that doesn't
 *   cover the request), what is left is an empty body. A decision to send the browser elsewhere has `location` and
 *   `refresh`; a header mapped from a missing key is left out, so other refusals stay without them.
 * - no decision (`AUTHORIZER_FAILURE`, `AUTHORIZER_CONFIGURATION_ERROR`): a 500 that says nothing.
 */
export function refusalsOf(props: RefusalProps): Refusal[] {
  const noStore = { "Cache-Control": "'no-store'" };
  const always = { ...noStore, ...corsHeaders(props.cors, UNCHECKED_ORIGIN) };
  const { wwwAuthenticate: challenge, redirects } = props.report;
  const undecided = {
    statusCode: "500",
    responseHeaders: always,
    templates: errorBody(500, "Internal Server Error", "The request could not be decided"),
  };
  const refusals: Refusal[] = [
    {
      id: "Unauthorized",
      type: ResponseType.UNAUTHORIZED,
      statusCode: "401",
      responseHeaders: {
        ...always,
        ...(challenge === undefined ? {} : { "WWW-Authenticate": `'Basic realm=${challenge.realm}'` }),
      },
      templates: errorBody(401, "Unauthorized", "Access credentials are invalid"),
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
  // The rest (throttled, no route, backend down) keeps API Gateway's status and body.
  return props.cors === undefined
    ? refusals
    : [
        ...refusals,
        { id: "OtherClientError", type: ResponseType.DEFAULT_4XX, responseHeaders: always },
        { id: "OtherServerError", type: ResponseType.DEFAULT_5XX, responseHeaders: always },
      ];
}

/** Makes these answers the API's. */
export function addRefusals(api: RestApi, props: RefusalProps): void {
  for (const { id, ...response } of refusalsOf(props)) {
    api.addGatewayResponse(id, response);
  }
}

/**
 * The caller's origin as the function has found it among the allowed ones; absent for any other, which leaves the header out.
 */
const CHECKED_ORIGIN = { source: "context.authorizer.origin", checked: true };

/**
 * What the caller says its origin is. In lower case, as browsers send it over HTTP/2: whether API Gateway compares names here
 * without their case is not known.
 */
const UNCHECKED_ORIGIN = { source: "method.request.header.origin", checked: false };

/**
 * The headers that let a page of an allowed origin read an answer.
 *
 * A fixed value can name one origin only. For several the caller's own is given back. Where it was not checked, that is
 * without leave to read answers to requests with cookies: such an answer would tell any page who is logged in.
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

function errorBody(code: number, status: string, message: string): Record<string, string> {
  return {
    "application/json": JSON.stringify({ error: { code, status, request: "$context.requestId", message } }),
  };
}
