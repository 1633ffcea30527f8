import type { VouchedHeader } from "../gate-report";

/** Request parameters of an integration, such as `integration.request.header.X-User`, and the sources of their values. */
export type RequestParameters = Readonly<Record<string, string>>;

/** Mappings that replace every vouched header of a request by the value in the authorizer's context. */
export function vouchedMappings(headers: readonly VouchedHeader[]): RequestParameters {
  return Object.fromEntries(
    headers.flatMap(({ header, contextKey }) =>
      mappedSpellings(header).map((spelling) => [
        requestHeader(spelling),
        `context.authorizer.${contextKey}`,
      ]),
    ),
  );
}

/** Props of `placeholderMappings`. */
export interface PlaceholderMappingsProps {
  /** The value of each header: the gate's `vouchedHeaderFallback`. */
  readonly placeholder: string;
  /** Headers that keep the client's own value: the gate's `clientHeaders`. */
  readonly clientHeaders: readonly string[];
}

/**
 * Mappings that replace every vouched header of a request without a decision by the placeholder, so that a client can't forge it
 * there. This includes `Cookie` and `Authorization`.
 *
 * Whether API Gateway replaces a client's header in another case is not documented, so each header is also mapped in lower
 * case, which clients use over HTTP/2.
 */
export function placeholderMappings(
  headers: readonly VouchedHeader[],
  { placeholder, clientHeaders }: PlaceholderMappingsProps,
): RequestParameters {
  const kept = new Set(clientHeaders.map((header) => header.toLowerCase()));
  return Object.fromEntries(
    headers
      .filter(({ header }) => !kept.has(header.toLowerCase()))
      .flatMap(({ header }) =>
        [...new Set([...mappedSpellings(header), header.toLowerCase()])].map((spelling) => [
          requestHeader(spelling),
          `'${placeholder}'`,
        ]),
      ),
  );
}

/** The request parameter for a header of the integration's request. */
function requestHeader(name: string): string {
  return `${REQUEST_HEADER}${name}`;
}

/** The prefix of a header in an integration's request parameters. */
export const REQUEST_HEADER = "integration.request.header.";

/**
 * The spellings in which a vouched header is mapped.
 *
 * Whether API Gateway replaces a client's header in another case is not documented. For most headers this does not matter: a
 * request with such a header is refused. `Cookie` is never refused, so it is mapped in the spelling of HTTP/1 clients and in that
 * of HTTP/2 clients. `Authorization` is mapped once: two of them would be two credentials for the backend, which must verify the
 * one that it receives.
 */
function mappedSpellings(header: string): string[] {
  return header.toLowerCase() === "cookie" ? ["Cookie", "cookie"] : [header];
}
