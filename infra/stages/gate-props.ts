import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import { SystemLogLevel } from "aws-cdk-lib/aws-lambda";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import type { FileProp, GateSources } from "../lib/gate-sources";
import type { OathgateProps } from "../lib/oathgate-props";
import { networkOf, secretHeaderOf } from "./backend-props";
import { publishedPaths } from "./published-keys";
import { maxAgeSecondsOf } from "./schema/signing-keys";
import type { Stage } from "./stage";
import { lambdaArchitecture } from "./stage-architecture";
import type { StageSettings } from "./stage-schema";

const DEFAULT_RULES = "rules/rules.jsonnet";
const DEFAULT_TESTS = "rules/tests.jsonnet";

/** In seconds. */
const HOUR = 3600;

/** The settings that correspond to props of the library. */
const FILE_SETTINGS: Readonly<Record<FileProp, string>> = {
  config: "config.file",
  rules: "rules.file",
  ruleTests: "rules.tests",
};

/** The files and options that a stage's gate is laid out, checked and tested with. */
export function gateSourcesOf({ name, root, settings }: Stage): GateSources {
  const rules = settings.rules.file ?? existing(root, DEFAULT_RULES);
  const ruleTests = settings.rules.tests ?? existing(root, DEFAULT_TESTS);
  return {
    root,
    config: settings.config.file,
    configOverrides: settings.config.set,
    ...(rules === undefined ? {} : { rules }),
    ruleValues: settings.rules.values,
    ...(ruleTests === undefined ? {} : { ruleTests }),
    ...(settings.publicHost === undefined ? {} : { publicHost: settings.publicHost }),
    ...(settings.basePath === undefined ? {} : { basePath: settings.basePath }),
    allowEncodedSlashes: settings.allowEncodedSlashes,
    vouchedHeaderFallback: settings.vouchedHeaderFallback,
    clientHeaders: settings.clientHeaders,
    forgedHeaders: settings.forgedHeaders,
    ...(settings.api.tokenHeader === undefined ? {} : { tokenHeader: settings.api.tokenHeader }),
    ...(settings.backend?.secretHeader === undefined
      ? {}
      : { secretHeader: { name: settings.backend.secretHeader.name } }),
    publicPaths: publishedPaths({ settings }),
    buildFolder: buildFolderOf({ name, root }),
    leftOut: [join(root, "config", "stages")],
    nameOf: (prop) => `\`${FILE_SETTINGS[prop]}\` of the stage \`${name}\``,
  };
}

/** The folder that a stage is laid out and packaged in. */
export function buildFolderOf({ name, root }: Pick<Stage, "name" | "root">): string {
  return resolve(root, "dist", name);
}

/**
 * The settings of a stage that are props of the library.
 *
 * @param scope the stack, in which the stage's KMS key is looked up
 */
export function gatePropsOf(scope: Construct, stage: Stage): Omit<OathgateProps, "code"> {
  const { name, settings } = stage;
  const { sessionCache, metricsNamespace, awsEndpointUrl, logs } = settings;
  const { config, publicHost, basePath, buildFolder } = gateSourcesOf(stage);
  return {
    config,
    buildFolder,
    architecture: lambdaArchitecture(settings.architecture),
    memorySize: settings.memorySize,
    timeout: Duration.seconds(settings.timeoutSeconds),
    ...(publicHost === undefined ? {} : { publicHost }),
    ...(basePath === undefined ? {} : { basePath }),
    allowEncodedSlashes: settings.allowEncodedSlashes,
    vouchedHeaderFallback: settings.vouchedHeaderFallback,
    clientHeaders: settings.clientHeaders,
    forgedHeaders: settings.forgedHeaders,
    ...(settings.api.tokenHeader === undefined ? {} : { tokenHeader: settings.api.tokenHeader }),
    ...(sessionCache === undefined ? {} : { sessionCache: sessionCacheOf(sessionCache) }),
    redirects: settings.redirects,
    ...(logs.level === undefined ? {} : { logLevel: logs.level }),
    ...logPropsOf(scope, settings),
    ...concurrencyOf(settings.concurrency),
    signingKeys: signingKeysOf(scope, settings),
    ...secretHeaderOf(scope, settings.backend?.secretHeader),
    ...networkOf(scope, settings.vpc),
    ...(metricsNamespace === undefined
      ? {}
      : { metrics: { namespace: metricsNamespace, stage: name, byRule: settings.metricsByRule } }),
    rollout: settings.rollout,
    tracing: settings.tracing,
    ...(awsEndpointUrl === undefined ? {} : { awsEndpointUrl }),
  };
}

/** Props that a stage's log groups have in common. */
interface StageLogProps {
  readonly retention: number;
  readonly removalPolicy: RemovalPolicy;
  readonly encryptionKey?: IKey;
}

/** The props of a stage's log groups. */
export function logGroupPropsOf(scope: Construct, logs: StageSettings["logs"]): StageLogProps {
  return {
    retention: logs.retentionDays,
    removalPolicy: logs.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    ...(logs.kmsKeyArn === undefined ? {} : { encryptionKey: logKey(scope, logs.kmsKeyArn) }),
  };
}

/** The key of a stage's logs, imported once for each stack. */
function logKey(scope: Construct, arn: string): IKey {
  const id = "LogEncryptionKey";
  const stack = Stack.of(scope);
  return (stack.node.tryFindChild(id) as IKey | undefined) ?? Key.fromKeyArn(stack, id, arn);
}

function logPropsOf(scope: Construct, { logs, systemLogs }: StageSettings): Partial<OathgateProps> {
  const { retention, removalPolicy, encryptionKey } = logGroupPropsOf(scope, logs);
  return {
    logRetention: retention,
    logRemovalPolicy: removalPolicy,
    ...(encryptionKey === undefined ? {} : { logEncryptionKey: encryptionKey }),
    ...(systemLogs.functions === undefined
      ? {}
      : { systemLogLevel: SYSTEM_LOG_LEVELS[systemLogs.functions] }),
  };
}

/** Lambda's names of a stage's log levels. */
const SYSTEM_LOG_LEVELS = {
  debug: SystemLogLevel.DEBUG,
  info: SystemLogLevel.INFO,
  warn: SystemLogLevel.WARN,
} as const;

function concurrencyOf({ reserved, provisioned }: StageSettings["concurrency"]): Partial<OathgateProps> {
  return {
    ...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved }),
    ...(provisioned === undefined ? {} : { provisionedConcurrentExecutions: provisioned }),
  };
}

function sessionCacheOf(cache: NonNullable<StageSettings["sessionCache"]>): OathgateProps["sessionCache"] {
  return {
    ttl: Duration.seconds(cache.ttlSeconds),
    ...(cache.negativeTtlSeconds === undefined
      ? {}
      : { negativeTtl: Duration.seconds(cache.negativeTtlSeconds) }),
    maxEntries: cache.maxEntries,
  };
}

function signingKeysOf(
  scope: Construct,
  settings: Pick<StageSettings, "signingKeys" | "keysEndpoint">,
): OathgateProps["signingKeys"] {
  const { algorithm, retain, ttlSeconds, kmsKeyArn, replicaRegions, secretArn, rotation } =
    settings.signingKeys;
  return {
    algorithm,
    removalPolicy: retain ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    ttl: Duration.seconds(ttlSeconds),
    ...(kmsKeyArn === undefined
      ? {}
      : { encryptionKey: Key.fromKeyArn(scope, "SigningKeysEncryptionKey", kmsKeyArn) }),
    replicaRegions: replicaRegions.map(({ region, kmsKeyArn: key }) => ({
      region,
      ...(key === undefined
        ? {}
        : { encryptionKey: Key.fromKeyArn(scope, `SigningKeysEncryptionKey-${region}`, key) }),
    })),
    ...(secretArn === undefined
      ? {}
      : { secret: Secret.fromSecretCompleteArn(scope, "SigningKeysSecret", secretArn) }),
    ...(rotation === undefined
      ? {}
      : {
          rotation: {
            every: Duration.days(rotation.everyDays),
            publishAhead: Duration.seconds(
              rotation.publishAheadSeconds ?? ttlSeconds + Math.max(HOUR, maxAgeSecondsOf(settings)),
            ),
            ...(rotation.retireAfterSeconds === undefined
              ? {}
              : { retireAfter: Duration.seconds(rotation.retireAfterSeconds) }),
          },
        }),
  };
}

/** A file's path; `undefined` if there is no such file. */
function existing(root: string, path: string): string | undefined {
  return existsSync(join(root, path)) ? path : undefined;
}
