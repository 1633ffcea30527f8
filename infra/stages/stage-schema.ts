import { z } from "zod";
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
import { refuseBeyondKind } from "./schema/api-limits";
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
 * Unknown keys are refused, so that a slip of the pen can't be deployed. `docs/stages.md` is the reader's table of this.
 */
export const stageSchema = z
  .strictObject({
    /** The account to deploy to. @default the one of the credentials in use */
    account: z
      .string("must be the twelve digits of an account, in quotes")
      .regex(/^\d{12}$/, "must be the twelve digits of an account, in quotes")
      .optional(),
    /** The region to deploy to. @default the one of the credentials in use */
    region: regionName.optional(),
    /** The API whose requests are decided. @default the stack makes one */
    api: api.prefault({}),
    /** Where allowed requests go; the request's path is put behind it. https, except on the local cloud. */
    backendUrl: serviceUrl.optional(),
    /** Another kind of backend, and how a backend recognises the gateway. @default the backend is at `backendUrl` */
    backend: backend.optional(),
    /** Seconds the backend has to answer; above 29 a whole answer needs a higher quota. @default 29 */
    backendTimeoutSeconds: wholeNumber(1, BACKEND_TIMEOUT_SECONDS.stream, "seconds").default(
      BACKEND_TIMEOUT_SECONDS.unasked,
    ),
    /** `stream`: hand an answer on while the backend writes it, for up to 15 minutes. @default buffered */
    responseTransferMode: z
      .enum(RESPONSE_TRANSFER_MODES, "must be `buffered` or `stream`")
      .default("buffered"),
    /** The VPC that the authorizer reaches its services in. @default none */
    vpc: vpc.optional(),
    /** The host that rules are written for. @default the host that API Gateway was asked under */
    publicHost: publicHost.optional(),
    config: config.prefault({}),
    rules: rules.prefault({}),
    /** The functions' processor; `host` is this machine's, for the local cloud. @default arm64 */
    architecture: z.enum(["arm64", "x86_64", "host"], "must be `arm64`, `x86_64` or `host`").default("arm64"),
    /** Memory of the authorizer in MiB; its share of a processor grows with it. @default 256 */
    memorySize: wholeNumber(128, 10_240, "MiB").default(256),
    /** Seconds until an unfinished decision is a refusal. @default 10 */
    timeoutSeconds: wholeNumber(1, 29, "seconds").default(10),
    logs: logs.prefault({}),
    signingKeys: signingKeys.prefault({}),
    /** Where the public halves of the keys are published. @default at the API's root, where rules sign tokens */
    keysEndpoint: keysEndpoint.optional(),
    /** What a vouched header holds where a rule sets none. A real value equal to it is refused. @default none */
    vouchedHeaderFallback: vouchedHeaderFallback.default("none"),
    /** Vouched headers that keep the client's own value where a rule sets none. @default none: the stand-in is put there */
    clientHeaders: names("header").default([]),
    /**
     * `refuse`: a request in which the client sends a vouched header is refused; `replace`: API Gateway writes the
     * gate's header over the client's. @default refuse
     */
    forgedHeaders: forgedHeaders.default("refuse"),
    /**
     * Where a custom domain has the API (its mapping's base path), such as `/orders`. Rules are written with it, and
     * what is asked under API Gateway's own host name is decided about as if it stood in front.
     * @default the API is at the domain's root
     */
    basePath: basePath.optional(),
    /** @default clients use API Gateway's own host name, or a domain that is made elsewhere */
    domain: domain.optional(),
    /** Refuse requests under API Gateway's own host name; needs `domain`. @default false */
    disableExecuteApiEndpoint: yesOrNo.default(false),
    /** The web ACL of AWS WAF that looks at each request first. @default none */
    webAclArn: webAclArn.optional(),
    /** Let encoded slashes in a path through instead of refusing them with 400. @default false */
    allowEncodedSlashes: yesOrNo.default(false),
    /** @default every request asks the session service */
    sessionCache: sessionCache.optional(),
    /** `refresh`: 403 with a Refresh header, for browsers and programs; `location`: 302, for browsers only. @default refresh */
    redirects: redirects.default("refresh"),
    /** @default preflights go to the rules as any other request */
    cors: cors.optional(),
    /** @default the account's own limits */
    throttle: throttle.optional(),
    /** @default as many environments as the account has left, started when they are needed */
    concurrency: concurrency.prefault({}),
    rollout: rollout.prefault({}),
    /** The CloudWatch namespace of the authorizer's metrics. @default no metrics */
    metricsNamespace: metricsNamespace.optional(),
    /** Metrics of each rule too; CloudWatch charges for each rule's. @default false */
    metricsByRule: yesOrNo.default(false),
    /** Log every request at API Gateway; the account needs its API Gateway logging role. @default false */
    accessLogs: yesOrNo.default(false),
    systemLogs: systemLogs.prefault({}),
    /** A dashboard of the authorizer's metrics and the API's. @default false */
    dashboard: yesOrNo.default(false),
    /** @default no alarms */
    alarms: alarms.optional(),
    /** Trace requests with X-Ray, at API Gateway and in the authorizer. @default false */
    tracing: yesOrNo.default(false),
    /** Nobody can delete the stack before this is `false` and deployed. @default false */
    terminationProtection: yesOrNo.default(false),
    /** The local cloud's address; makes the functions talk to it instead of AWS. @default none */
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
    refuseBeyondKind(stage, context);
    checkSigningKeys(stage, context);
    if (stage.metricsByRule && stage.metricsNamespace === undefined) {
      complain(["metricsByRule"], "can't be true without `metricsNamespace`: there are no metrics then");
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
        "must be another region than the stage's, where the secret itself is",
      );
    }
    for (const named of placedArns(stage)) {
      const wrong = misplaced(named, stage);
      if (wrong !== undefined) {
        complain(named.path, `must be ${wrong.wanted}`);
      }
    }
  });

/** A stage's settings, every default filled in. */
export type StageSettings = z.output<typeof stageSchema>;
