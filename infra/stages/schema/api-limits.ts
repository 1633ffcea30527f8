import type { z } from "zod";
import { MAX_DECISION_SECONDS } from "../../lib/v2-api/vouched-parameters";
import type { StageSettings } from "../stage-schema";
import type { ApiSettings } from "./api";

/** A setting that a kind of API does not support. */
interface Limit {
  readonly kinds: readonly ApiSettings["kind"][];
  /** The setting, such as `throttle.methods`. */
  readonly setting: string;
  readonly exceeds: (settings: StageSettings) => boolean;
  readonly message: string;
}

const BOTH = ["http", "websocket"] as const;

const LIMITS: readonly Limit[] = [
  {
    kinds: BOTH,
    setting: "keysEndpoint",
    exceeds: ({ keysEndpoint }) => keysEndpoint !== undefined && !keysEndpoint.off,
    message:
      "is not supported with this `api.kind`: export the public keys for backends by `oathgate credentials public --secret ARN`",
  },
  {
    kinds: BOTH,
    setting: "timeoutSeconds",
    exceeds: ({ timeoutSeconds }) => timeoutSeconds > MAX_DECISION_SECONDS,
    message: `must be at most ${MAX_DECISION_SECONDS} with this \`api.kind\`, the time that such APIs wait for an authorizer`,
  },
  {
    kinds: ["http"],
    setting: "backendTimeoutSeconds",
    exceeds: ({ backendTimeoutSeconds }) => backendTimeoutSeconds > 30,
    message: "must be at most 30 with `api.kind: http`; AWS does not raise this limit",
  },
  {
    kinds: ["websocket"],
    setting: "backendTimeoutSeconds",
    exceeds: ({ backendTimeoutSeconds }) => backendTimeoutSeconds > 29,
    message: "must be at most 29 with `api.kind: websocket`; AWS does not raise this limit",
  },
  {
    kinds: BOTH,
    setting: "responseTransferMode",
    exceeds: ({ responseTransferMode }) => responseTransferMode === "stream",
    message: "can't be `stream` with this `api.kind`: only REST APIs stream responses",
  },
  {
    kinds: BOTH,
    setting: "redirects",
    exceeds: ({ redirects }) => redirects === "location",
    message:
      "can't be `location` with this `api.kind`: such APIs respond to refused requests themselves, without `Location`",
  },
  {
    kinds: BOTH,
    setting: "tracing",
    exceeds: ({ tracing }) => tracing,
    message: "can't be true with this `api.kind`: X-Ray traces only REST APIs",
  },
  {
    kinds: BOTH,
    setting: "allowEncodedSlashes",
    exceeds: ({ allowEncodedSlashes }) => allowEncodedSlashes,
    message: "is not supported with this `api.kind`: API Gateway decodes the paths of such APIs",
  },
  {
    kinds: ["http"],
    setting: "clientHeaders",
    exceeds: ({ clientHeaders }) => clientHeaders.some((name) => name.toLowerCase() === "authorization"),
    message:
      "must not name `Authorization` with `api.kind: http`: HTTP APIs can't map it, so the backend always receives the client's own",
  },
  {
    kinds: BOTH,
    setting: "backend",
    exceeds: ({ backend }) =>
      backend !== undefined &&
      [backend.functionArn, backend.vpcLink, backend.clientCertificate].some((of) => of !== undefined),
    message: "supports only `secretHeader` with this `api.kind`; set `backendUrl` to the backend's URL",
  },
  {
    kinds: ["websocket"],
    setting: "forgedHeaders",
    exceeds: ({ forgedHeaders }) => forgedHeaders === "replace",
    message:
      "can't be `replace` with `api.kind: websocket`: whether a WebSocket API overwrites a client's header is not known",
  },
  {
    kinds: ["websocket"],
    setting: "cors",
    exceeds: ({ cors }) => cors !== undefined,
    message:
      "is not supported with `api.kind: websocket`: browsers send no preflights for WebSockets; check the `Origin` header in the rules",
  },
  {
    kinds: ["websocket"],
    setting: "basePath",
    exceeds: ({ basePath }) => basePath !== undefined,
    message: "is not supported with `api.kind: websocket`: the URL of a WebSocket API has no further path",
  },
  {
    kinds: BOTH,
    setting: "rollout.strategy",
    exceeds: ({ rollout }) => rollout.strategy !== "allAtOnce",
    message: "must be `allAtOnce` with this `api.kind`: only REST APIs support shifting requests",
  },
  {
    kinds: BOTH,
    setting: "domain",
    exceeds: ({ domain }) => domain !== undefined,
    message:
      "needs `api.kind: rest`; create the domain of this API elsewhere and set `publicHost` to its host",
  },
  {
    kinds: BOTH,
    setting: "webAclArn",
    exceeds: ({ webAclArn }) => webAclArn !== undefined,
    message: "can't be set with this `api.kind`: AWS WAF supports only REST APIs",
  },
  {
    kinds: BOTH,
    setting: "throttle.methods",
    exceeds: ({ throttle }) => throttle?.methods !== undefined,
    message: "is not supported with this `api.kind`, whose routes match every method",
  },
  {
    kinds: BOTH,
    setting: "systemLogs.api",
    exceeds: ({ systemLogs }) => systemLogs.api,
    message: "can't be true with this `api.kind`: use `accessLogs`, which include the authorizer's errors",
  },
  {
    kinds: BOTH,
    setting: "dashboard",
    exceeds: ({ dashboard }) => dashboard,
    message: "can't be true with this `api.kind`: the dashboard shows the metrics of a REST API",
  },
  {
    kinds: BOTH,
    setting: "alarms",
    exceeds: ({ alarms }) => alarms !== undefined,
    message: "needs `api.kind: rest`: the alarms use the metrics of a REST API",
  },
];

/** Refuses settings that the stage's kind of API does not support. */
export function checkApiKind(settings: StageSettings, context: z.core.$RefinementCtx): void {
  for (const { kinds, setting, exceeds, message } of LIMITS) {
    if (kinds.includes(settings.api.kind) && exceeds(settings)) {
      context.addIssue({ code: "custom", path: setting.split("."), message });
    }
  }
}
