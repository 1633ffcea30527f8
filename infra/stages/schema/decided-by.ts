import { z } from "zod";

/** Oathkeeper's configuration, and the stage's overrides. */
export const config = z.strictObject({
  /** Oathkeeper's configuration, relative to the project's root. @default config/config.yml */
  file: z.string("must be a path").default("config/config.yml"),
  /** Overrides of Oathkeeper's own keys: maps are merged, everything else is replaced. @default {} */
  set: z.record(z.string(), z.unknown(), "must be a map of Oathkeeper's keys").default({}),
});

/** The rules' Jsonnet source, its tests and its external variables. */
export const rules = z.strictObject({
  /**
   * The Jsonnet source, relative to the project's root; compiled to `rules.json` beside the configuration.
   * @default rules/rules.jsonnet, if it exists
   */
  file: z.string("must be a path").optional(),
  /**
   * The rules' tests, Jsonnet or JSON, relative to the project's root; run before anything is deployed.
   * @default rules/tests.jsonnet, if it exists
   */
  tests: z.string("must be a path").optional(),
  /** External variables of rules and tests, such as `std.extVar("domain")`. @default {} */
  values: z.record(z.string(), z.string("must be text (put it in quotes)"), "must be a map").default({}),
});
