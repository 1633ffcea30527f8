import { z } from "zod";
import { DEFAULT_PLACEHOLDER } from "../lib/facts";
import {
  basePath,
  forgedHeaders,
  metricsNamespace,
  publicHost,
  redirects,
  vouchedHeaderFallback,
} from "../lib/prop-values";
import { alarms } from "./schema/alarms";
import { api } from "./schema/api";
import { checkApiKind } from "./schema/api-limits";
import { checkAttached } from "./schema/attached-api";
import { BACKEND_TIMEOUT_SECONDS, backend, RESPONSE_TRANSFER_MODES } from "./schema/backend";
import { complainIn } from "./schema/complain";
import { concurrency } from "./schema/concurrency";
import { cors } from "./schema/cors";
import { config, rules } from "./schema/decided-by";
import { domain } from "./schema/domain";
import { checkFrontDoor, webAclArn } from "./schema/front-door";
import { keysEndpoint } from "./schema/keys-endpoint";
import { logs } from "./schema/logs";
import { checkBackend } from "./schema/one-backend";
import { misplaced, placedArns } from "./schema/placed-arns";
import { ownReplica } from "./schema/replica-regions";
import { rollout } from "./schema/rollout";
import { sessionCache } from "./schema/session-cache";
import { checkSigningKeys, signingKeys } from "./schema/signing-keys";
import { systemLogs } from "./schema/system-logs";
import { tags } from "./schema/tags";
import { throttle } from "./schema/throttle";
import { names, regionName, serviceUrl, wholeNumber, yesOrNo } from "./schema/values";
import { vpc } from "./schema/vpc";

/**
 * A stage file, `config/stages/<name>.yml`: everything that differs between environments and is not Oathkeeper's.
 *
 * Unknown keys are refused, so that a typing error can't be deployed. `docs/stages.md` documents the settings.
 */
export const stageSchema = z
  .strictObject({
    /** The account to deploy to. @default that of the current credentials */
    account: z
      .string("must be the twelve digits of an account, in quotes")
      .regex(/^\d{12}$/, "must be the twelve digits of an account, in quotes")
      .optional(),
    /** The region to deploy to. @default that of the current credentials */
    region: regionName.optional(),
    /** The API whose requests are decided. @default the stack creates a REST API */
    api: api.prefault({}),
    /** The URL that allowed requests are sent to; the request's path is appended. https, except on the local cloud. */
    backendUrl: serviceUrl.optional(),
    /** Another kind of backend, and how a backend recognises the gate. @default the backend is at `backendUrl` */
    backend: backend.optional(),
    /** The time-out for the backend's response, in seconds; more than 29 for a buffered response need a higher quota. @default 29 */
    backendTimeoutSeconds: wholeNumber(1, BACKEND_TIMEOUT_SECONDS.stream, "seconds").default(
      BACKEND_TIMEOUT_SECONDS.withoutQuota,
    ),
    /** `stream`: forward a response while the backend writes it, for up to 15 minutes. @default buffered */
    responseTransferMode: z
      .enum(RESPONSE_TRANSFER_MODES, "must be `buffered` or `stream`")
      .default("buffered"),
    /** The VPC that the authorizer is attached to. @default none */
    vpc: vpc.optional(),
    /** The host that rules are written for. @default the host by which API Gateway is called */
    publicHost: publicHost.optional(),
    config: config.prefault({}),
    rules: rules.prefault({}),
    /** The functions' architecture; `host` is that of this machine, for the local cloud. @default arm64 */
    architecture: z.enum(["arm64", "x86_64", "host"], "must be `arm64`, `x86_64` or `host`").default("arm64"),
    /** The authorizer's memory in MiB, which also determines its share of a processor. @default 256 */
    memorySize: wholeNumber(128, 10_240, "MiB").default(256),
    /** Seconds after which an unfinished decision becomes a refusal. @default 10 */
    timeoutSeconds: wholeNumber(1, 29, "seconds").default(10),
    logs: logs.prefault({}),
    signingKeys: signingKeys.prefault({}),
    /** How the public signing keys are published. @default at the API's root, if rules sign tokens */
    keysEndpoint: keysEndpoint.optional(),
    /** The placeholder that a vouched header has if no rule sets it. A real value equal to it is refused. @default none */
    vouchedHeaderFallback: vouchedHeaderFallback.default(DEFAULT_PLACEHOLDER),
    /** Vouched headers that keep the client's own value if no rule sets them. @default none: they get the placeholder */
    clientHeaders: names("header").default([]),
    /**
     * What happens to a request in which the client sends a vouched header: `refuse` refuses it, `replace` decides it and lets
     * API Gateway overwrite the client's header by the gate's. @default refuse
     */
    forgedHeaders: forgedHeaders.default("refuse"),
    /**
     * The base path under which a custom domain serves the API, such as `/orders`. The URLs of rules include it; requests
     * by API Gateway's own host name are decided as if their paths began with it.
     * @default the domain's root
     */
    basePath: basePath.optional(),
    /** A custom domain. @default API Gateway's own host name, or a domain that is created elsewhere */
    domain: domain.optional(),
    /** Refuse requests by API Gateway's own host name; needs `domain`. @default false */
    disableExecuteApiEndpoint: yesOrNo.default(false),
    /** The web ACL of AWS WAF that inspects each request first. @default none */
    webAclArn: webAclArn.optional(),
    /** Decide requests with encoded slashes in their paths instead of refusing them with 400. @default false */
    allowEncodedSlashes: yesOrNo.default(false),
    /** The cache of session services' responses. @default none: each request is checked with the session service */
    sessionCache: sessionCache.optional(),
    /** `refresh`: 403 with a Refresh header, for browsers and programs; `location`: 302, for browsers only. @default refresh */
    redirects: redirects.default("refresh"),
    /** Cross-origin access. @default preflights are decided by the rules, like any other request */
    cors: cors.optional(),
    /** Limits of requests. @default the account's limits */
    throttle: throttle.optional(),
    /** The authorizer's concurrency. @default the account's unreserved concurrency, started on demand */
    concurrency: concurrency.prefault({}),
    rollout: rollout.prefault({}),
    /** The CloudWatch namespace of the authorizer's metrics. @default no metrics */
    metricsNamespace: metricsNamespace.optional(),
    /** Also write metrics for each rule, which CloudWatch charges for. @default false */
    metricsByRule: yesOrNo.default(false),
    /** Log every request at API Gateway; the account needs its API Gateway logging role. @default false */
    accessLogs: yesOrNo.default(false),
    systemLogs: systemLogs.prefault({}),
    /** A dashboard with the metrics of the authorizer and the API. @default false */
    dashboard: yesOrNo.default(false),
    /** Alarms, and whom they notify. @default no alarms */
    alarms: alarms.optional(),
    /** Trace requests with X-Ray, at API Gateway and in the authorizer. @default false */
    tracing: yesOrNo.default(false),
    /** Protect the stack from deletion until this is `false` and deployed. @default false */
    terminationProtection: yesOrNo.default(false),
    /** The endpoint of the local cloud, which the functions then call instead of AWS. @default none */
    awsEndpointUrl: serviceUrl.optional(),
    /** Tags on every resource. @default {} */
    tags: tags.default({}),
  })
  .superRefine((stage, context) => {
    const complain = complainIn(context);
    if (stage.api.attach === undefined) {
      checkBackend(stage, context);
    }
    checkAttached(stage, context);
    checkApiKind(stage, context);
    checkSigningKeys(stage, context);
    if (stage.metricsByRule && stage.metricsNamespace === undefined) {
      complain(
        ["metricsByRule"],
        "can't be true without `metricsNamespace`: there are no metrics without it",
      );
    }
    if (stage.rollout.strategy !== "allAtOnce") {
      const path = ["rollout", "strategy"];
      if (stage.metricsNamespace === undefined) {
        complain(path, "needs `metricsNamespace`: without metrics no alarm can stop it");
      }
      if (stage.awsEndpointUrl !== undefined) {
        complain(path, "can't be used with `awsEndpointUrl`: the local cloud has no CodeDeploy");
      }
    }
    const { buffered } = BACKEND_TIMEOUT_SECONDS;
    if (stage.responseTransferMode === "buffered" && stage.backendTimeoutSeconds > buffered) {
      complain(
        ["backendTimeoutSeconds"],
        `must be at most ${buffered} unless \`responseTransferMode\` is \`stream\``,
      );
    }
    checkFrontDoor(stage, context);
    const own = ownReplica(stage.signingKeys.replicaRegions, stage.region);
    if (own !== undefined) {
      complain(
        ["signingKeys", "replicaRegions", own, "region"],
        "must not be the stage's own region, which has the secret itself",
      );
    }
    for (const named of placedArns(stage)) {
      const wrong = misplaced(named, stage);
      if (wrong !== undefined) {
        complain(named.path, `must be ${wrong.wanted}`);
      }
    }
  });

/** A stage's settings with all defaults applied. */
export type StageSettings = z.output<typeof stageSchema>;
