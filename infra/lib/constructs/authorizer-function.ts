import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  type Architecture,
  type CfnFunction,
  type Function as LambdaFunction,
  Tracing,
  type Version,
} from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { StageSettings } from "../../stages/stage-schema";
import type { FunctionSource } from "../function-sources";
import { FunctionIdentity } from "./function-identity";
import { rustFunction } from "./rust-code";
import type { SigningKeys } from "./signing-keys";

/** Props for `AuthorizerFunction`. */
export interface AuthorizerFunctionProps {
  /** The code: the packaged gate. */
  readonly source: FunctionSource;
  readonly architecture: Architecture;
  /** What the function signs with, and the only secret it can read. */
  readonly signingKeys: SigningKeys;
  /** The stage's name, a dimension of the metrics. */
  readonly stageName: string;
  /** The stage, from which size, time and environment come. */
  readonly settings: StageSettings;
}

/**
 * The function that decides every request.
 *
 * Each deployment of the API calls one published version, never an alias that moves: a version's code, rules and variables
 * are fixed, and so are the header mappings of the deployment that calls it. They change together, in the one step in which
 * the API's stage is pointed at another deployment.
 *
 * Earlier versions stay, because a deployment takes a while to reach everywhere; they go with the function.
 */
export class AuthorizerFunction extends Construct {
  readonly function: LambdaFunction;
  /** What the function is now, published. */
  readonly version: Version;

  constructor(scope: Construct, id: string, props: AuthorizerFunctionProps) {
    super(scope, id);
    const { settings, signingKeys } = props;

    const identity = new FunctionIdentity(this, "Identity", {
      purpose: "Decides the requests of one API",
      logs: settings.logs,
      may: [...signingKeys.readStatements(), ...(settings.tracing ? [mayTrace()] : [])],
    });
    this.function = rustFunction(this, "Function", props.source, {
      description: "Decides requests by Ory Oathkeeper's rules",
      architecture: props.architecture,
      role: identity.role,
      logGroup: identity.logGroup,
      memorySize: settings.memorySize,
      timeout: Duration.seconds(settings.timeoutSeconds),
      environment: authorizerEnvironment(props.stageName, settings, signingKeys.secret.secretArn),
      // One that was made by a deploy that failed goes: Lambda publishes nothing twice in a row.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE },
    });
    if (settings.tracing) {
      // CDK's own `tracing` would put the rights into a second policy.
      (this.function.node.defaultChild as CfnFunction).tracingConfig = { mode: Tracing.ACTIVE };
    }
    this.version = this.function.currentVersion;
  }
}

/** What Lambda needs to hand traces over. X-Ray's resources have no names that a policy could tell apart. */
function mayTrace(): PolicyStatement {
  return new PolicyStatement({
    actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    resources: ["*"],
  });
}

/** The function's variables, as `docs/environment.md` describes them; what a stage doesn't set is not there. */
function authorizerEnvironment(
  stageName: string,
  settings: StageSettings,
  secretArn: string,
): Record<string, string> {
  const {
    publicHost,
    basePath,
    metricsNamespace,
    awsEndpointUrl,
    allowEncodedSlashes,
    clientHeaders,
    forgedHeaders,
    sessionCache,
    cors,
    logs,
  } = settings;
  return {
    OATHGATE_JWKS_SECRET: secretArn,
    OATHGATE_JWKS_TTL_SECONDS: String(settings.signingKeys.ttlSeconds),
    OATHGATE_VOUCHED_FALLBACK: settings.vouchedHeaderFallback,
    ...(logs.level === undefined ? {} : { OATHGATE_LOG_LEVEL: logs.level }),
    ...(publicHost === undefined ? {} : { OATHGATE_PUBLIC_HOST: publicHost }),
    ...(clientHeaders.length === 0 ? {} : { OATHGATE_CLIENT_HEADERS: clientHeaders.join(",") }),
    ...(forgedHeaders === "refuse" ? {} : { OATHGATE_FORGED_HEADERS: forgedHeaders }),
    ...(cors !== undefined && cors.allowOrigins.length > 1
      ? { OATHGATE_ALLOWED_ORIGINS: cors.allowOrigins.join(",") }
      : {}),
    ...(basePath === undefined ? {} : { OATHGATE_BASE_PATH: basePath }),
    ...(allowEncodedSlashes ? { OATHGATE_ALLOW_ENCODED_SLASHES: "true" } : {}),
    ...(sessionCache === undefined ? {} : sessionCacheEnvironment(sessionCache)),
    ...(metricsNamespace === undefined
      ? {}
      : {
          OATHGATE_METRICS_NAMESPACE: metricsNamespace,
          OATHGATE_METRICS_STAGE: stageName,
          ...(settings.metricsByRule ? { OATHGATE_METRICS_BY_RULE: "true" } : {}),
        }),
    ...(awsEndpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: awsEndpointUrl }),
  };
}

function sessionCacheEnvironment(cache: NonNullable<StageSettings["sessionCache"]>): Record<string, string> {
  return {
    OATHGATE_SESSION_CACHE_TTL_SECONDS: String(cache.ttlSeconds),
    OATHGATE_SESSION_CACHE_MAX_ENTRIES: String(cache.maxEntries),
    ...(cache.negativeTtlSeconds === undefined
      ? {}
      : { OATHGATE_SESSION_CACHE_NEGATIVE_TTL_SECONDS: String(cache.negativeTtlSeconds) }),
  };
}
