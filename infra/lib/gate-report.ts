import { z } from "zod";

/** A header that the gate vouches for: whatever the backend receives in it comes from the gate. */
export interface VouchedHeader {
  /** The header as the backend receives it, such as `X-User`. */
  readonly header: string;
  /** The key in the authorizer's context that always holds its value, such as `x-user`. */
  readonly contextKey: string;
}

/** What an API's methods and refusals are made from. */
export interface GateReport {
  /** Every header that some rule's mutators or authorizer can set. */
  readonly vouchedHeaders: readonly VouchedHeader[];
  /** The challenge of every 401, where the fallback error handlers have one. @default none */
  readonly wwwAuthenticate?: { readonly realm: string };
  /** Whether an error handler can send a browser elsewhere. */
  readonly redirects: boolean;
}

/** A rule, without what its handlers are configured with. */
export interface ListedRule {
  readonly id: string;
  readonly methods: readonly string[];
  readonly url: string;
  readonly authenticators: readonly string[];
  readonly authorizer: string;
  readonly mutators: readonly string[];
  readonly errors: readonly string[];
  /** Changes with anything in the rule. */
  readonly digest: string;
}

/** What `oathgate headers --config FILE --format json` prints. */
export const gateReportSchema = z
  .strictObject({
    // `rules check --api-gateway` refuses those that can't be mapped.
    vouched: z.array(z.strictObject({ header: z.string(), context_key: z.string() })),
    www_authenticate: z
      .strictObject({
        realm: z.string().regex(/^[\x20-\x26\x28-\x7e]*$/, "can't hold `'` or control characters"),
      })
      .nullable(),
    redirects: z.boolean(),
    /** Whose value each mapped header has, by groups of rules; for people, who are shown it as a table. */
    received: z.array(z.unknown()),
  })
  .transform(
    ({ vouched, www_authenticate, redirects }): GateReport => ({
      vouchedHeaders: vouched.map(({ header, context_key }) => ({ header, contextKey: context_key })),
      ...(www_authenticate === null ? {} : { wwwAuthenticate: www_authenticate }),
      redirects,
    }),
  );

/** What `oathgate rules list --config FILE --format json` prints. */
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
