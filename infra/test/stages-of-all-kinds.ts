import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BACKENDS } from "./backend-stages";
import { EVERYTHING } from "./everything";
import { LEAST, ROOT } from "./synth";

/**
 * Stages that together have every setting by which a template gets another type of resource. Whoever adds such a setting
 * adds it to one of these.
 */
export const STAGES_OF_ALL_KINDS: readonly string[] = [
  ...readdirSync(join(ROOT, "config/stages"))
    .filter((file) => file.endsWith(".yml"))
    .map((file) => readFileSync(join(ROOT, "config/stages", file), "utf8")),
  EVERYTHING,
  ...Object.values(BACKENDS),
  `${LEAST}signingKeys: { rotation: { everyDays: 30 } }\nkeysEndpoint: { issuer: https://api.example.com/ }\n`,
];
