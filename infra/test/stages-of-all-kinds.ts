import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EVERYTHING } from "./everything";
import { LEAST, ROOT } from "./synth";

/**
 * Stages that together have every setting by which a template gets another type of resource: the project's own, and some
 * for what they leave out. Whoever adds such a setting adds a stage here.
 */
export const STAGES_OF_ALL_KINDS: readonly string[] = [
  ...readdirSync(join(ROOT, "config/stages"))
    .filter((file) => file.endsWith(".yml"))
    .map((file) => readFileSync(join(ROOT, "config/stages", file), "utf8")),
  `${LEAST}accessLogs: true\ntracing: true\ncors: { allowOrigins: ["https://app.example.com"] }\n`,
  EVERYTHING,
  `${LEAST}domain: { name: api.example.com, basePath: /shop/orders, hostedZoneId: Z0123456789ABCDEFGHIJ }\n`,
];
