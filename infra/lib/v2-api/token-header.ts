/**
 * Names that API Gateway or clients give a meaning of their own, or that nothing can be mapped to: those that the function
 * refuses to start with (`authorizer/engine/src/gateway_header.rs`), and what HTTP APIs reserve.
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

/** Whether a header can bring a token: one that every kind of API maps, and that no client sends of its own accord. */
export function canBringToken(header: string): boolean {
  const name = header.toLowerCase();
  return /^[a-z0-9._$-]+$/.test(name) && !TAKEN.test(name) && !TAKEN_NAMES.has(name);
}

/** What is said of one that can't. */
export const NO_TOKEN_HEADER =
  "must be the name of a header that API Gateway maps and no client sends, such as `X-Token`";
