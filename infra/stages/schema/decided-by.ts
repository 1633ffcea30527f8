import { z } from "zod";

/** Which Oathkeeper configuration the stage runs, and what it changes in it. */
export const config = z.strictObject({
  /** Oathkeeper's configuration, relative to the project's root. @default config/config.yml */
  file: z.string("must be a path").default("config/config.yml"),
  /** Oathkeeper's own keys, laid over the file: maps are merged, everything else is replaced. @default {} */
  set: z.record(z.string(), z.unknown(), "must be a map of Oathkeeper's keys").default({}),
});

/** The rules' Jsonnet source and what it gets from the stage. */
export const rules = z.strictObject({
  /**
   * The Jsonnet source, relative to the project's root; compiled to `rules.json` beside the configuration.
   * @default rules/rules.jsonnet where there is one
   */
  file: z.string("must be a path").optional(),
  /**
   * The rules' tests, Jsonnet or JSON, relative to the project's root; run before anything is deployed.
   * @default rules/tests.jsonnet where there is one
   */
  tests: z.string("must be a path").optional(),
  /** External variables of rules and tests, `std.extVar("domain")` and so on. @default {} */
  values: z.record(z.string(), z.string("must be text (put it in quotes)"), "must be a map").default({}),
});
