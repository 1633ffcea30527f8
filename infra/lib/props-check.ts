import { type Duration, Token } from "aws-cdk-lib";
import { z } from "zod";
import { SECRET_TTL_SECONDS, SESSION_CACHE } from "./facts";
import { InputError } from "./input-error";
import type { OathgateProps } from "./oathgate-props";
import {
  basePath,
  forgedHeaders,
  metricsNamespace,
  names,
  origins,
  publicHost,
  redirects,
  vouchedHeaderFallback,
  wholeNumber,
  wholeNumberOf,
} from "./prop-values";
import type { RefusalCorsOptions } from "./rest-api/protect-options";
import { dotted, shown } from "./shown-value";
import { canCarryToken, TOKEN_HEADER_MESSAGE } from "./v2-api/token-header";

const propsSchema = z.object({
  memorySize: wholeNumber(128, 10_240, "MiB").optional(),
  timeout: wholeNumber(1, 29, "seconds").optional(),
  publicHost: publicHost.optional(),
  basePath: basePath.optional(),
  vouchedHeaderFallback: vouchedHeaderFallback.optional(),
  clientHeaders: names("header").optional(),
  forgedHeaders: forgedHeaders.optional(),
  redirects: redirects.optional(),
  sessionCache: z
    .object({
      ttl: wholeNumberOf(SESSION_CACHE.ttlSeconds, "seconds"),
      negativeTtl: wholeNumberOf(SESSION_CACHE.negativeTtlSeconds, "seconds").optional(),
      maxEntries: wholeNumberOf(SESSION_CACHE.maxEntries, "responses").optional(),
    })
    .refine((cache) => (cache.negativeTtl ?? 0) <= cache.ttl, {
      path: ["negativeTtl"],
      message: "must not be longer than `ttl`",
    })
    .optional(),
  signingKeys: z.object({ ttl: wholeNumberOf(SECRET_TTL_SECONDS, "seconds").optional() }).optional(),
  metrics: z.object({ namespace: metricsNamespace }).optional(),
});

const corsSchema = z
  .object({
    allowOrigins: origins,
    allowCredentials: z.boolean("must be `true` or `false`").optional(),
    exposeHeaders: names("header").optional(),
  })
  .refine((cors) => !(cors.allowCredentials && cors.allowOrigins.includes("*")), {
    path: ["allowCredentials"],
    message: "can't be true while `allowOrigins` is `*`: browsers refuse it",
  });

/**
 * Checks props. Values that are only known when the app is deployed (tokens) are not checked.
 *
 * @param gate the gate's path, which begins each message
 * @throws InputError with one message for each prop that is wrong
 */
export function checkProps(gate: string, props: OathgateProps): void {
  const { sessionCache, signingKeys } = props;
  refuse(gate, propsSchema, {
    ...props,
    timeout: seconds(props.timeout),
    sessionCache: sessionCache && {
      ...sessionCache,
      ttl: seconds(sessionCache.ttl),
      negativeTtl: seconds(sessionCache.negativeTtl),
    },
    signingKeys: signingKeys && { ttl: seconds(signingKeys.ttl) },
  });
  if (props.systemLogLevel !== undefined && props.logLevel === undefined) {
    // Lambda drops lines of JSON logs below a level of its own, which would have to be guessed without `logLevel`.
    throw new InputError("`systemLogLevel` needs `logLevel`: Lambda filters JSON logs by a level of its own");
  }
  if (props.tokenHeader !== undefined && !canCarryToken(props.tokenHeader)) {
    throw new InputError(`\`tokenHeader\` ${TOKEN_HEADER_MESSAGE}; it is \`${props.tokenHeader}\``);
  }
}

/**
 * Checks cross-origin options against what browsers and API Gateway accept.
 *
 * @param api the API's path, which begins each message
 * @throws InputError with one message for each option that is wrong
 */
export function checkCors(api: string, cors: RefusalCorsOptions): void {
  refuse(api, z.object({ cors: corsSchema }), { cors });
}

function refuse(place: string, schema: z.ZodType, written: object): void {
  const known = Object.fromEntries(
    Object.entries(written).filter(([, value]) => !Token.isUnresolved(value) && value !== undefined),
  );
  const { error } = schema.safeParse(known);
  if (error === undefined) {
    return;
  }
  const sentences = error.issues.map((issue) => {
    const value = issue.path.reduce<unknown>(
      (inner, step) => (inner as Record<PropertyKey, unknown> | undefined)?.[step],
      known,
    );
    const end = value === undefined ? "" : `; it is \`${shown(value)}\``;
    return `${place}: \`${dotted(issue.path)}\` ${issue.message}${end}`;
  });
  throw new InputError(sentences.join("\n"));
}

/** A duration in seconds; `undefined` if it is not set or a token. */
function seconds(duration: Duration | undefined): number | undefined {
  return duration === undefined || duration.isUnresolved()
    ? undefined
    : duration.toSeconds({ integral: false });
}
