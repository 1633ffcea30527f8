import { type DecisionSettings, decisionVariables } from "../decision-settings";
import { SESSION_CACHE, variable, variableOf } from "../facts";
import type { OathgateProps, SessionCacheOptions } from "../oathgate-props";

/** The props that become the authorizer's environment variables. */
export type AuthorizerEnvironmentProps = DecisionSettings &
  Pick<OathgateProps, "sessionCache" | "logLevel" | "metrics" | "awsEndpointUrl">;

/** The authorizer's environment variables (`docs/environment.md`). A prop that is not set adds no variable. */
export function authorizerEnvironment(props: AuthorizerEnvironmentProps): Record<string, string> {
  const { sessionCache, logLevel, metrics, awsEndpointUrl } = props;
  return {
    ...decisionVariables(props),
    ...(logLevel === undefined ? {} : { [variableOf("logs.level")]: logLevel }),
    ...(sessionCache === undefined ? {} : sessionCacheEnvironment(sessionCache)),
    ...(metrics === undefined
      ? {}
      : {
          [variableOf("metricsNamespace")]: metrics.namespace,
          [variable("METRICS_STAGE")]: metrics.stage,
          ...(metrics.byRule ? { [variableOf("metricsByRule")]: "true" } : {}),
        }),
    ...(awsEndpointUrl === undefined ? {} : { [variableOf("awsEndpointUrl")]: awsEndpointUrl }),
  };
}

function sessionCacheEnvironment(cache: SessionCacheOptions): Record<string, string> {
  return {
    [variableOf("sessionCache.ttlSeconds")]: String(cache.ttl.toSeconds()),
    [variableOf("sessionCache.maxEntries")]: String(cache.maxEntries ?? SESSION_CACHE.maxEntries.default),
    ...(cache.negativeTtl === undefined
      ? {}
      : { [variableOf("sessionCache.negativeTtlSeconds")]: String(cache.negativeTtl.toSeconds()) }),
  };
}
