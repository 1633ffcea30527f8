import { variableOf } from "./facts";

/** The settings that change how the function reads a request's host and path. */
export interface RequestReading {
  /** The only host whose requests are decided. @default the host of each request */
  readonly publicHost?: string;
  /** The base path under which a custom domain serves the API. @default the domain's root */
  readonly basePath?: string;
  /** Whether requests with encoded slashes in their paths are decided instead of refused. @default false */
  readonly allowEncodedSlashes?: boolean;
}

const PUBLIC_HOST = variableOf("publicHost");
const BASE_PATH = variableOf("basePath");
const ALLOW_ENCODED_SLASHES = variableOf("allowEncodedSlashes");

/** The variables that hold these settings. */
export const REQUEST_READING_VARIABLES: readonly string[] = [PUBLIC_HOST, BASE_PATH, ALLOW_ENCODED_SLASHES];

/** These settings as the function and the `oathgate` program read them: as variables. */
export function requestReading({
  publicHost,
  basePath,
  allowEncodedSlashes,
}: RequestReading): Record<string, string> {
  return {
    ...(publicHost === undefined ? {} : { [PUBLIC_HOST]: publicHost }),
    ...(basePath === undefined ? {} : { [BASE_PATH]: basePath }),
    ...(allowEncodedSlashes ? { [ALLOW_ENCODED_SLASHES]: "true" } : {}),
  };
}
