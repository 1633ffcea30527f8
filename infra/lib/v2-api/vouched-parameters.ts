import type { Duration } from "aws-cdk-lib";
import type { GateReport, VouchedHeader } from "../gate-report";
import { InputError } from "../input-error";
import { REQUEST_HEADER, type RequestParameters } from "../rest-api/header-mappings";

/**
 * Headers that HTTP APIs map nothing to, in lower case
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html). `rules check --api-gateway`
 * knows those that no kind of API maps.
 */
const RESERVED_BY_HTTP_APIS = ["authorization", "content-location", "origin"];
const RESERVED_PREFIXES = ["access-control-", "apigw-"];

/** Headers that a WebSocket API tells its backend about the connection in, and what it tells. A client can't send them. */
const OF_CONNECTION: RequestParameters = {
  [`${REQUEST_HEADER}Oathgate-Connection-Id`]: "context.connectionId",
  [`${REQUEST_HEADER}Oathgate-Event`]: "context.eventType",
};

/** Overwrites every vouched header of an HTTP API's request by what the authorizer's context says. */
export function httpApiParameters(headers: readonly VouchedHeader[]): RequestParameters {
  return Object.fromEntries(
    headers.map((vouched) => [
      `overwrite:header.${vouched.header}`,
      `$context.authorizer.${plainKey(vouched)}`,
    ]),
  );
}

/** Sets every vouched header of a WebSocket API's request from the authorizer's context, and what the connection is. */
export function webSocketParameters(headers: readonly VouchedHeader[]): RequestParameters {
  return {
    ...Object.fromEntries(
      headers.map((vouched) => [
        `${REQUEST_HEADER}${vouched.header}`,
        `context.authorizer.${plainKey(vouched)}`,
      ]),
    ),
    ...OF_CONNECTION,
  };
}

/** The key that the function puts a header's value under for HTTP and WebSocket APIs, whose mappings take no hyphen. */
function plainKey({ contextKey }: VouchedHeader): string {
  return contextKey.replaceAll("-", "_");
}

/** What rules vouch for where `tokenHeader` brings what they set in `Authorization`. */
export function withTokenHeader<T extends GateReport>(report: T, tokenHeader: string | undefined): T {
  if (tokenHeader === undefined) {
    return report;
  }
  const taken = report.vouchedHeaders.find(({ header }) => isSame(header, tokenHeader));
  if (taken !== undefined) {
    throw new InputError(
      `the rules set \`${taken.header}\` themselves, so it can't be the token header that brings what they set in \`Authorization\`: name another one`,
    );
  }
  return {
    ...report,
    vouchedHeaders: report.vouchedHeaders.map((vouched) =>
      isSame(vouched.header, "Authorization")
        ? { header: tokenHeader, contextKey: tokenHeader.toLowerCase().replace(/[^a-z0-9_-]/g, "_") }
        : vouched,
    ),
  };
}

/**
 * Refuses what rules ask for and HTTP APIs can't do.
 *
 * @throws InputError with one sentence for each
 */
export function refuseBeyondHttpApis(report: GateReport, timeout: Duration): void {
  const complaints = report.vouchedHeaders.flatMap(({ header }) => unmappable(header));
  throwAll([...complaints, ...lostRefusals(report, "HTTP APIs"), ...tooSlow(timeout, "HTTP APIs")]);
}

/**
 * Refuses what rules ask for and WebSocket APIs can't do.
 *
 * @throws InputError with one sentence for each
 */
export function refuseBeyondWebSocketApis(report: GateReport, timeout: Duration): void {
  throwAll([...lostRefusals(report, "WebSocket APIs"), ...tooSlow(timeout, "WebSocket APIs")]);
}

/** What API Gateway waits for an authorizer of an HTTP API, in seconds; of WebSocket APIs it is not documented. */
export const LONGEST_DECISION_SECONDS = 10;

function tooSlow(timeout: Duration, kind: string): string[] {
  return timeout.toSeconds() > LONGEST_DECISION_SECONDS
    ? [
        `\`timeout\` must be at most ${LONGEST_DECISION_SECONDS} seconds, which is what ${kind} wait for a decision`,
      ]
    : [];
}

function unmappable(header: string): string[] {
  const name = header.toLowerCase();
  if (name === "authorization") {
    return [
      "the rules set `Authorization`, which HTTP APIs can't map: name the header that is to bring it to the backend as the token header, such as `X-Token` (`api.tokenHeader` of a stage, `tokenHeader` of the construct)",
    ];
  }
  const reserved =
    RESERVED_BY_HTTP_APIS.includes(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix));
  return reserved
    ? [
        `the rules set \`${header}\`, which HTTP APIs can't map: AWS reserves the name; let them set another header`,
      ]
    : [];
}

/** Refusals that only the gateway responses of REST APIs can carry. */
function lostRefusals(report: GateReport, kind: string): string[] {
  const advice = "take the error handler from the configuration and the rules, or use a REST API";
  return [
    ...(report.redirects
      ? [
          `the rules send browsers elsewhere (error handler \`redirect\`), and ${kind} answer refusals themselves, without a \`Location\`: ${advice}`,
        ]
      : []),
    ...(report.wwwAuthenticate === undefined
      ? []
      : [
          `the configuration challenges clients (error handler \`www_authenticate\`), and ${kind} answer refusals themselves, without a \`WWW-Authenticate\`: ${advice}`,
        ]),
  ];
}

function throwAll(complaints: readonly string[]): void {
  if (complaints.length > 0) {
    throw new InputError(complaints.join("\n"));
  }
}

function isSame(header: string, other: string): boolean {
  return header.toLowerCase() === other.toLowerCase();
}
