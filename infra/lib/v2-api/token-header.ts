/**
 * Names that API Gateway or clients use for their own purposes, or that can't be mapped: those that the function refuses at its
 * start (`authorizer/engine/src/gateway_header.rs`), and those that HTTP APIs reserve.
 */
const TAKEN = /^(x-amz|x-forwarded-|access-control-|apigw-|cloudfront-|sec-|if-|proxy-|content-|accept)/;
const TAKEN_NAMES = new Set([
  "authorization",
  "cache-control",
  "connection",
  "cookie",
  "dnt",
  "expect",
  "forwarded",
  "host",
  "http2-settings",
  "keep-alive",
  "max-forwards",
  "origin",
  "pragma",
  "priority",
  "range",
  "referer",
  "server",
  "te",
  "trailer",
  "trailers",
  "transfer-encoding",
  "upgrade",
  "upgrade-insecure-requests",
  "user-agent",
  "via",
  "www-authenticate",
  "x-requested-with",
]);

/** Whether a header can carry a token: every kind of API can map it, and clients do not send it on their own. */
export function canCarryToken(header: string): boolean {
  const name = header.toLowerCase();
  return /^[a-z0-9._$-]+$/.test(name) && !TAKEN.test(name) && !TAKEN_NAMES.has(name);
}

/** The message for a header that can't. */
export const TOKEN_HEADER_MESSAGE =
  "must be the name of a header that API Gateway can map and clients do not send, such as `X-Token`";
