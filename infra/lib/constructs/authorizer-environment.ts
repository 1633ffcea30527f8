import type { OathgateProps, SessionCacheOptions } from "../oathgate-props";
import { requestReading } from "../request-reading";

/** The props that become the authorizer's environment variables. */
export type AuthorizerEnvironmentProps = Pick<
  OathgateProps,
  | "publicHost"
  | "basePath"
  | "allowEncodedSlashes"
  | "vouchedHeaderFallback"
  | "clientHeaders"
  | "forgedHeaders"
  | "tokenHeader"
  | "sessionCache"
  | "logLevel"
  | "metrics"
  | "awsEndpointUrl"
>;

/** The default of `vouchedHeaderFallback`. */
export const DEFAULT_VOUCHED_HEADER_FALLBACK = "none";

/** The authorizer's environment variables (`docs/environment.md`). A prop that is not set adds no variable. */
export function authorizerEnvironment(props: AuthorizerEnvironmentProps): Record<string, string> {
  const { vouchedHeaderFallback, clientHeaders = [], forgedHeaders, tokenHeader, sessionCache } = props;
  const { logLevel, metrics, awsEndpointUrl } = props;
  return {
    OATHGATE_VOUCHED_FALLBACK: vouchedHeaderFallback ?? DEFAULT_VOUCHED_HEADER_FALLBACK,
    ...(logLevel === undefined ? {} : { OATHGATE_LOG_LEVEL: logLevel }),
    ...requestReading(props),
    ...(clientHeaders.length === 0 ? {} : { OATHGATE_CLIENT_HEADERS: clientHeaders.join(",") }),
    ...(forgedHeaders === "replace" ? { OATHGATE_FORGED_HEADERS: forgedHeaders } : {}),
    ...(tokenHeader === undefined ? {} : { OATHGATE_TOKEN_HEADER: tokenHeader }),
    ...(sessionCache === undefined ? {} : sessionCacheEnvironment(sessionCache)),
    ...(metrics === undefined
      ? {}
      : {
          OATHGATE_METRICS_NAMESPACE: metrics.namespace,
          OATHGATE_METRICS_STAGE: metrics.stage,
          ...(metrics.byRule ? { OATHGATE_METRICS_BY_RULE: "true" } : {}),
        }),
    ...(awsEndpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: awsEndpointUrl }),
  };
}

/** The default of `sessionCache.maxEntries`. */
const DEFAULT_MAX_ENTRIES = 1000;

function sessionCacheEnvironment(cache: SessionCacheOptions): Record<string, string> {
  return {
    OATHGATE_SESSION_CACHE_TTL_SECONDS: String(cache.ttl.toSeconds()),
    OATHGATE_SESSION_CACHE_MAX_ENTRIES: String(cache.maxEntries ?? DEFAULT_MAX_ENTRIES),
    ...(cache.negativeTtl === undefined
      ? {}
      : { OATHGATE_SESSION_CACHE_NEGATIVE_TTL_SECONDS: String(cache.negativeTtl.toSeconds()) }),
  };
}
