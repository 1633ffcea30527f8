import { z } from "zod";
import { BACKEND_TIMEOUT_SECONDS } from "./backend";
import { complainIn } from "./complain";

/** Settings of `api` that put the gate in front of an existing REST API. */
export const attachedApi = {
  /** The id of an existing REST API, which `oathgate attach` changes. @default the stack creates an API */
  attach: z
    .string("must be the id of a REST API")
    .regex(/^[a-z0-9]{1,32}$/, "must be the id of a REST API, such as `a1b2c3d4e5`")
    .optional(),
  /** The stage of that API whose requests are decided. */
  stage: z
    .string("must be the name of a stage of the API")
    .regex(/^[A-Za-z0-9_-]{1,128}$/, "must be the name of a stage of the API, such as `prod`")
    .optional(),
  /** Public methods of that API. @default none */
  exclude: z
    .array(
      z
        .string("must be a method such as `GET /health`")
        .regex(/^[A-Z]+ \/\S*$/, "must be a method such as `GET /health`"),
      "must be a list of methods",
    )
    .optional(),
};

/** The settings of a stage that matter for an existing API. */
export interface AttachChoice {
  readonly api: {
    readonly kind: string;
    readonly tokenHeader?: string | undefined;
    readonly attach?: string | undefined;
    readonly stage?: string | undefined;
    readonly exclude?: readonly string[] | undefined;
  };
  readonly accessLogs: boolean;
  readonly backend?: object | undefined;
  readonly backendTimeoutSeconds: number;
  readonly backendUrl?: string | undefined;
  readonly alarms?: object | undefined;
  readonly dashboard: boolean;
  readonly disableExecuteApiEndpoint: boolean;
  readonly domain?: object | undefined;
  readonly keysEndpoint?: { readonly off: boolean } | undefined;
  readonly responseTransferMode: string;
  readonly rollout: { readonly strategy: string };
  readonly systemLogs: { readonly api: boolean };
  readonly throttle?: object | undefined;
  readonly webAclArn?: string | undefined;
}

/** Settings that apply only to an API that the stack creates, each with whether it is set. */
const OWN_API_SETTINGS: readonly [string, (stage: AttachChoice) => boolean][] = [
  ["api.kind", ({ api }) => api.kind !== "rest"],
  ["api.tokenHeader", ({ api }) => api.tokenHeader !== undefined],
  ["backendUrl", ({ backendUrl }) => backendUrl !== undefined],
  ["backend", ({ backend }) => backend !== undefined],
  [
    "backendTimeoutSeconds",
    ({ backendTimeoutSeconds }) => backendTimeoutSeconds !== BACKEND_TIMEOUT_SECONDS.withoutQuota,
  ],
  ["responseTransferMode", ({ responseTransferMode }) => responseTransferMode === "stream"],
  ["throttle", ({ throttle }) => throttle !== undefined],
  ["accessLogs", ({ accessLogs }) => accessLogs],
  ["keysEndpoint", ({ keysEndpoint }) => keysEndpoint !== undefined && !keysEndpoint.off],
  ["domain", ({ domain }) => domain !== undefined],
  ["disableExecuteApiEndpoint", ({ disableExecuteApiEndpoint }) => disableExecuteApiEndpoint],
  ["webAclArn", ({ webAclArn }) => webAclArn !== undefined],
  ["systemLogs.api", ({ systemLogs }) => systemLogs.api],
  ["dashboard", ({ dashboard }) => dashboard],
  ["alarms", ({ alarms }) => alarms !== undefined],
  ["rollout.strategy", ({ rollout }) => rollout.strategy !== "allAtOnce"],
];

/** Refuses incomplete settings for attaching, and settings that would not apply to an existing API. */
export function checkAttached(stage: AttachChoice, context: z.RefinementCtx): void {
  const complain = complainIn(context);
  const { api } = stage;
  if (api.attach === undefined) {
    for (const key of ["stage", "exclude"] as const) {
      if (api[key] !== undefined) {
        complain(["api", key], "must be removed without `api.attach`: the stack creates an API of its own");
      }
    }
    return;
  }
  if (api.stage === undefined) {
    complain(["api", "stage"], "must be the name of the stage of the API whose requests are decided");
  }
  for (const [setting, isSet] of OWN_API_SETTINGS) {
    if (isSet(stage)) {
      complain(
        setting.split("."),
        "must be removed with `api.attach`: it applies to an API that the stack creates",
      );
    }
  }
}
