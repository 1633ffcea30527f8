import type { Duration } from "aws-cdk-lib";
import { matchesHeader } from "../facts";
import type { GateReport, VouchedHeader } from "../gate-report";
import { InputError } from "../input-error";
import { REQUEST_HEADER, type RequestParameters } from "../rest-api/header-mappings";
import { RESERVED_BY_HTTP_APIS } from "./reserved-headers";

/** The headers that identify a WebSocket connection to the backend, and their sources. Clients can't send them. */
const CONNECTION_HEADERS: RequestParameters = {
  [`${REQUEST_HEADER}Oathgate-Connection-Id`]: "context.connectionId",
  [`${REQUEST_HEADER}Oathgate-Event`]: "context.eventType",
};

/** Parameters that overwrite every vouched header of an HTTP API's request by the value in the authorizer's context. */
export function httpApiParameters(headers: readonly VouchedHeader[]): RequestParameters {
  return Object.fromEntries(
    headers.map((vouched) => [
      `overwrite:header.${vouched.header}`,
      `$context.authorizer.${plainKey(vouched)}`,
    ]),
  );
}

/** Parameters that set every vouched header of a WebSocket API's request from the authorizer's context, and the connection's. */
export function webSocketParameters(headers: readonly VouchedHeader[]): RequestParameters {
  return {
    ...Object.fromEntries(
      headers.map((vouched) => [
        `${REQUEST_HEADER}${vouched.header}`,
        `context.authorizer.${plainKey(vouched)}`,
      ]),
    ),
    ...CONNECTION_HEADERS,
  };
}

/** The context key of a header for HTTP and WebSocket APIs, whose mappings do not support hyphens. */
function plainKey({ contextKey }: VouchedHeader): string {
  return contextKey.replaceAll("-", "_");
}

/**
 * Replaces `Authorization` among the vouched headers by the token header, if there is one.
 *
 * @throws InputError if the rules set the token header themselves
 */
export function withTokenHeader<T extends GateReport>(report: T, tokenHeader: string | undefined): T {
  if (tokenHeader === undefined) {
    return report;
  }
  const taken = report.vouchedHeaders.find(({ header }) => isSame(header, tokenHeader));
  if (taken !== undefined) {
    throw new InputError(
      `the rules set \`${taken.header}\` themselves, so it can't also be the token header for what they set in \`Authorization\`: choose another token header`,
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
 * Checks that HTTP APIs support what the rules use.
 *
 * @throws InputError with one message for each thing that they do not support
 */
export function checkForHttpApis(report: GateReport, timeout: Duration): void {
  const complaints = report.vouchedHeaders.flatMap(({ header }) => unmappable(header));
  throwAll([...complaints, ...lostRefusals(report, "HTTP APIs"), ...tooSlow(timeout, "HTTP APIs")]);
}

/**
 * Checks that WebSocket APIs support what the rules use.
 *
 * @throws InputError with one message for each thing that they do not support
 */
export function checkForWebSocketApis(report: GateReport, timeout: Duration): void {
  throwAll([...lostRefusals(report, "WebSocket APIs"), ...tooSlow(timeout, "WebSocket APIs")]);
}

/** The longest time that HTTP APIs wait for an authorizer, in seconds. For WebSocket APIs the limit is not documented. */
export const MAX_DECISION_SECONDS = 10;

function tooSlow(timeout: Duration, kind: string): string[] {
  return timeout.toSeconds() > MAX_DECISION_SECONDS
    ? [
        `\`timeout\` must be at most ${MAX_DECISION_SECONDS} seconds, the time that ${kind} wait for a decision`,
      ]
    : [];
}

function unmappable(header: string): string[] {
  if (isSame(header, "Authorization")) {
    return [
      "the rules set `Authorization`, which HTTP APIs can't map: set a token header, such as `X-Token`, in which the backend receives it (`api.tokenHeader` of a stage, `tokenHeader` of the construct)",
    ];
  }
  return matchesHeader(RESERVED_BY_HTTP_APIS, header)
    ? [
        `the rules set \`${header}\`, which HTTP APIs can't map because AWS reserves the name: use another header`,
      ]
    : [];
}

/** Messages about refusals that only the gateway responses of REST APIs support. */
function lostRefusals(report: GateReport, kind: string): string[] {
  const advice = "remove the error handler from the configuration and the rules, or use a REST API";
  return [
    ...(report.redirects
      ? [
          `the rules redirect browsers (error handler \`redirect\`), but ${kind} respond to refused requests themselves, without \`Location\`: ${advice}`,
        ]
      : []),
    ...(report.wwwAuthenticate === undefined
      ? []
      : [
          `the configuration challenges clients (error handler \`www_authenticate\`), but ${kind} respond to refused requests themselves, without \`WWW-Authenticate\`: ${advice}`,
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
