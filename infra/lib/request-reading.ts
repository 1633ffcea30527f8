/** What changes how the function reads a request's host and path. */
export interface RequestReading {
  /** The only host that is decided about. @default the host of each request */
  readonly publicHost?: string;
  /** Where a custom domain has the API. @default the domain's root */
  readonly basePath?: string;
  /** Whether paths with encoded slashes are decided about. @default false */
  readonly allowEncodedSlashes?: boolean;
}

/** The variables that tell the function, and the `oathgate` program, how to read a request. */
export function requestReading({
  publicHost,
  basePath,
  allowEncodedSlashes,
}: RequestReading): Record<string, string> {
  return {
    ...(publicHost === undefined ? {} : { OATHGATE_PUBLIC_HOST: publicHost }),
    ...(basePath === undefined ? {} : { OATHGATE_BASE_PATH: basePath }),
    ...(allowEncodedSlashes ? { OATHGATE_ALLOW_ENCODED_SLASHES: "true" } : {}),
  };
}
