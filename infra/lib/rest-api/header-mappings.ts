import type { VouchedHeader } from "../gate-report";

/** Parameters of an integration's request, such as `integration.request.header.X-User`, and where their values come from. */
export type RequestParameters = Readonly<Record<string, string>>;

/** Replaces every vouched header of a request by what the authorizer's context says. */
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
  /** What stands in each header: the gate's `vouchedHeaderFallback`. */
  readonly placeholder: string;
  /** Headers that stay the client's own: the gate's `clientHeaders`. */
  readonly clientHeaders: readonly string[];
}

/**
 * Replaces every vouched header of a request that nobody decides about by the placeholder, so that a client can't forge it
 * there. `Cookie` and `Authorization` are among them.
 *
 * It is not known of AWS that a mapping replaces the client's header of another case, so each header is mapped in lower case
 * as well, as clients spell it over HTTP/2.
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

/** A header of the integration's request as its parameters name it. */
function requestHeader(name: string): string {
  return `${REQUEST_HEADER}${name}`;
}

/** What stands before a header's name in an integration's request parameters. */
export const REQUEST_HEADER = "integration.request.header.";

/**
 * The spellings in which a vouched header is mapped.
 *
 * It is not known of AWS that a mapping replaces the client's header of another case. For most headers it need not: a
 * request that brings one is refused. `Cookie` is never refused, so it is mapped as HTTP/1 clients spell it and as HTTP/2
 * clients do. `Authorization` is mapped once: two of them would be two credentials to a backend, which has to verify the one
 * it gets.
 */
function mappedSpellings(header: string): string[] {
  return header.toLowerCase() === "cookie" ? ["Cookie", "cookie"] : [header];
}
