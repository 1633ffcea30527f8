import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BACKENDS } from "./backend-stages";
import { EVERYTHING } from "./everything";
import { type Change, LEAST, ROOT } from "./synth";

/** A stage, and what its rules say where the recipe's do not fit. */
type StageOfSomeKind = Change & { readonly stage: string };

/** A stage of an API that can't send a browser elsewhere. */
const ofKind = (api: string): StageOfSomeKind => ({
  stage: `${LEAST}accessLogs: true\nmetricsNamespace: Gate\napi: ${api}\n`,
  report: { redirects: false },
});

const restApis = [
  ...readdirSync(join(ROOT, "config/stages"))
    .filter((file) => file.endsWith(".yml"))
    .map((file) => readFileSync(join(ROOT, "config/stages", file), "utf8")),
  EVERYTHING,
  `${LEAST}domain: { name: api.example.com, basePath: /shop/orders, hostedZoneId: Z0123456789ABCDEFGHIJ }\n`,
  ...Object.values(BACKENDS),
  `${LEAST}signingKeys: { rotation: { everyDays: 30 } }\nkeysEndpoint: { issuer: https://api.example.com/ }\n`,
  "api: { attach: a1b2c3d4e5, stage: prod }\n",
];

/**
 * Stages that together have every setting by which a template gets another type of resource. Whoever adds such a setting
 * adds it to one of these.
 */
export const STAGES_OF_ALL_KINDS: readonly StageOfSomeKind[] = [
  ...restApis.map((stage) => ({ stage })),
  ofKind("{ kind: http, tokenHeader: X-Token }"),
  ofKind("{ kind: websocket }"),
];
