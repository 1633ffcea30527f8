import type { z } from "zod";
import { LONGEST_DECISION_SECONDS } from "../../lib/v2-api/vouched-parameters";
import type { StageSettings } from "../stage-schema";
import type { ApiSettings } from "./api";

/** Something that a kind of API can't do. */
interface Limit {
  readonly kinds: readonly ApiSettings["kind"][];
  /** The setting, such as `throttle.methods`. */
  readonly setting: string;
  readonly isBeyond: (settings: StageSettings) => boolean;
  readonly message: string;
}

const BOTH = ["http", "websocket"] as const;

const LIMITS: readonly Limit[] = [
  {
    kinds: BOTH,
    setting: "keysEndpoint",
    isBeyond: ({ keysEndpoint }) => keysEndpoint !== undefined && !keysEndpoint.off,
    message:
      "has no effect with this `api.kind`: give backends the public keys by `oathgate credentials public --secret ARN`",
  },
  {
    kinds: BOTH,
    setting: "timeoutSeconds",
    isBeyond: ({ timeoutSeconds }) => timeoutSeconds > LONGEST_DECISION_SECONDS,
    message: `must be at most ${LONGEST_DECISION_SECONDS} with this \`api.kind\`: such APIs wait no longer for an authorizer`,
  },
  {
    kinds: ["http"],
    setting: "backendTimeoutSeconds",
    isBeyond: ({ backendTimeoutSeconds }) => backendTimeoutSeconds > 30,
    message: "must be at most 30 with `api.kind: http`, and no quota raises that",
  },
  {
    kinds: ["websocket"],
    setting: "backendTimeoutSeconds",
    isBeyond: ({ backendTimeoutSeconds }) => backendTimeoutSeconds > 29,
    message: "must be at most 29 with `api.kind: websocket`, and no quota raises that",
  },
  {
    kinds: BOTH,
    setting: "responseTransferMode",
    isBeyond: ({ responseTransferMode }) => responseTransferMode === "stream",
    message: "can't be `stream` with this `api.kind`: only REST APIs stream answers",
  },
  {
    kinds: BOTH,
    setting: "redirects",
    isBeyond: ({ redirects }) => redirects === "location",
    message:
      "can't be `location` with this `api.kind`: such APIs answer refusals themselves, without a `Location`",
  },
  {
    kinds: BOTH,
    setting: "tracing",
    isBeyond: ({ tracing }) => tracing,
    message: "can't be true with this `api.kind`: X-Ray traces REST APIs only",
  },
  {
    kinds: BOTH,
    setting: "allowEncodedSlashes",
    isBeyond: ({ allowEncodedSlashes }) => allowEncodedSlashes,
    message: "has no effect with this `api.kind`: no path arrives there as the client encoded it",
  },
  {
    kinds: ["http"],
    setting: "clientHeaders",
    isBeyond: ({ clientHeaders }) => clientHeaders.some((name) => name.toLowerCase() === "authorization"),
    message:
      "has no effect on `Authorization` with `api.kind: http`: the backend receives the client's own there, since HTTP APIs can't map it",
  },
  {
    kinds: BOTH,
    setting: "backend",
    isBeyond: ({ backend }) =>
      backend !== undefined &&
      [backend.functionArn, backend.vpcLink, backend.clientCertificate].some((of) => of !== undefined),
    message: "may have a `secretHeader` alone with this `api.kind`; name the backend's URL as `backendUrl`",
  },
  {
    kinds: ["websocket"],
    setting: "forgedHeaders",
    isBeyond: ({ forgedHeaders }) => forgedHeaders === "replace",
    message:
      "can't be `replace` with `api.kind: websocket`: what such an API does with a client's header of a mapped name is not known",
  },
  {
    kinds: ["websocket"],
    setting: "cors",
    isBeyond: ({ cors }) => cors !== undefined,
    message:
      "has no effect with `api.kind: websocket`: browsers open WebSockets without asking; let rules decide by the `Origin` header",
  },
  {
    kinds: ["websocket"],
    setting: "basePath",
    isBeyond: ({ basePath }) => basePath !== undefined,
    message: "has no effect with `api.kind: websocket`: the URL of a WebSocket has no path of its own",
  },
  {
    kinds: BOTH,
    setting: "rollout.strategy",
    isBeyond: ({ rollout }) => rollout.strategy !== "allAtOnce",
    message:
      "must be `allAtOnce` with this `api.kind`: requests are shifted between versions of REST APIs only",
  },
  {
    kinds: BOTH,
    setting: "domain",
    isBeyond: ({ domain }) => domain !== undefined,
    message:
      "is for `api.kind: rest`; make the domain of this API elsewhere, and name its host as `publicHost`",
  },
  {
    kinds: BOTH,
    setting: "webAclArn",
    isBeyond: ({ webAclArn }) => webAclArn !== undefined,
    message:
      "can't be set with this `api.kind`: of API Gateway's APIs, a web ACL can stand before REST APIs only",
  },
  {
    kinds: BOTH,
    setting: "throttle.methods",
    isBeyond: ({ throttle }) => throttle?.methods !== undefined,
    message: "has no effect with this `api.kind`, whose routes take every method",
  },
  {
    kinds: BOTH,
    setting: "systemLogs.api",
    isBeyond: ({ systemLogs }) => systemLogs.api,
    message: "can't be true with this `api.kind`: set `accessLogs`, which name the authorizer's errors",
  },
  {
    kinds: BOTH,
    setting: "dashboard",
    isBeyond: ({ dashboard }) => dashboard,
    message: "can't be true with this `api.kind`: it shows a REST API's metrics beside the authorizer's",
  },
  {
    kinds: BOTH,
    setting: "alarms",
    isBeyond: ({ alarms }) => alarms !== undefined,
    message: "is for `api.kind: rest`: the alarms look at a REST API's metrics beside the authorizer's",
  },
];

/** Refuses what the stage's kind of API can't do. */
export function refuseBeyondKind(settings: StageSettings, context: z.core.$RefinementCtx): void {
  for (const { kinds, setting, isBeyond, message } of LIMITS) {
    if (kinds.includes(settings.api.kind) && isBeyond(settings)) {
      context.addIssue({ code: "custom", path: setting.split("."), message });
    }
  }
}
