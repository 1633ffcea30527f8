import { z } from "zod";
import type { GateReport, ListedRule } from "./gate-report";

/** The output of `oathgate headers --config FILE --format json`. */
export const gateReportSchema = z
  .strictObject({
    // `rules check --api-gateway` refuses headers that API Gateway can't map.
    vouched: z.array(z.strictObject({ header: z.string(), context_key: z.string() })),
    www_authenticate: z
      .strictObject({
        realm: z.string().regex(/^[\x20-\x26\x28-\x7e]*$/, "must not contain `'` or control characters"),
      })
      .nullable(),
    redirects: z.boolean(),
    /** The source of each mapped header's value, by groups of rules; shown as a table and not read here. */
    received: z.array(z.unknown()),
    signed_tokens: z
      .strictObject({ issuers: z.array(z.string()), longest_ttl_seconds: z.number() })
      .nullable()
      .default(null),
    rules_of_paths: z.array(z.strictObject({ path: z.string(), rules: z.array(z.string()) })).default([]),
  })
  .transform(
    ({ vouched, www_authenticate, redirects, signed_tokens, rules_of_paths }): GateReport => ({
      vouchedHeaders: vouched.map(({ header, context_key }) => ({ header, contextKey: context_key })),
      ...(www_authenticate === null ? {} : { wwwAuthenticate: www_authenticate }),
      redirects,
      ...(signed_tokens === null
        ? {}
        : {
            signedTokens: {
              issuers: signed_tokens.issuers,
              longestTtlSeconds: signed_tokens.longest_ttl_seconds,
            },
          }),
      ...(rules_of_paths.length === 0 ? {} : { rulesOfPaths: rules_of_paths }),
    }),
  );

/** The output of `oathgate rules list --config FILE --format json`. */
export const ruleListSchema: z.ZodType<ListedRule[]> = z.array(
  z.strictObject({
    id: z.string(),
    methods: z.array(z.string()),
    url: z.string(),
    authenticators: z.array(z.string()),
    authorizer: z.string(),
    mutators: z.array(z.string()),
    errors: z.array(z.string()),
    digest: z.string(),
  }),
);
