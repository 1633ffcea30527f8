import { CLIENT_HEADERS, matchesHeader, UNMAPPABLE_HEADERS } from "../facts";
import { RESERVED_BY_HTTP_APIS } from "./reserved-headers";

/** Credentials, which clients send, and families of headers with a meaning of their own in HTTP, in lower case. */
const OTHERWISE_USED = [
  { header: "authorization" },
  { header: "cookie" },
  { prefix: "accept" },
  { prefix: "content-" },
  { prefix: "if-" },
  { prefix: "proxy-" },
];

const TAKEN = [...UNMAPPABLE_HEADERS, ...CLIENT_HEADERS, ...RESERVED_BY_HTTP_APIS, ...OTHERWISE_USED];

/** Whether a header can carry a token: every kind of API can map it, and clients do not send it on their own. */
export function canCarryToken(header: string): boolean {
  return /^[A-Za-z0-9._$-]+$/.test(header) && !matchesHeader(TAKEN, header);
}

/** The message for a header that can't. */
export const TOKEN_HEADER_MESSAGE =
  "must be the name of a header that API Gateway can map and clients do not send, such as `X-Token`";
