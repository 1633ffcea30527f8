import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { z } from "zod";

/** The retention periods CloudWatch Logs accepts, in days. */
const RETENTION_DAYS: readonly number[] = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === "number" && days !== RetentionDays.INFINITE,
);

/** Algorithms whose public half can be given away, so that a backend can check tokens without being able to make them. */
const SIGNING_ALGORITHMS = ["ES256", "ES384", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const;

const parsedUrl = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/** An absolute http or https URL with nothing behind the path. */
const serviceUrl = z.string("must be an http or https URL").superRefine((text, context) => {
  const url = parsedUrl(text);
  const complaint =
    url === undefined || !["http:", "https:"].includes(url.protocol) || url.hostname === ""
      ? "must be an http or https URL such as `https://backend.example.com`"
      : url.username !== "" || url.password !== ""
        ? "must not hold a user name or password"
        : /[?#]/.test(text)
          ? "must not hold a query or a fragment"
          : /[{}$\s]/.test(text)
            ? "must not hold blanks, braces or `$`"
            : undefined;
  if (complaint !== undefined) {
    context.addIssue({ code: "custom", message: complaint });
  }
});

const wholeNumber = (from: number, to: number, unit: string) =>
  z
    .int(`must be a whole number of ${unit} from ${from} to ${to}`)
    .min(from, `must be a whole number of ${unit} from ${from} to ${to}`)
    .max(to, `must be a whole number of ${unit} from ${from} to ${to}`);

const yesOrNo = z.boolean("must be `true` or `false`");

/** Names of headers or methods; they stand in quoted values of API Gateway's, which nothing may end early. */
const names = (what: string) =>
  z.array(
    z.string(`must be a ${what}'s name`).regex(/^[A-Za-z0-9_*-]+$/, `must be a ${what}'s name`),
    "must be a list",
  );

/** How long a log group's lines are kept, and whether it outlives the stack. */
const logs = z.strictObject({
  /** Days until a line is deleted; one of the periods CloudWatch Logs knows. @default 30 */
  retentionDays: z
    .number(`must be one of ${RETENTION_DAYS.join(", ")}`)
    .refine((days) => RETENTION_DAYS.includes(days), `must be one of ${RETENTION_DAYS.join(", ")}`)
    .default(30),
  /** Keep the log groups when the stack is destroyed. @default false */
  retain: yesOrNo.default(false),
  /**
   * The least severe lines that the authorizer writes; `info` has one for each decision.
   * @default what the configuration's `log.level` says
   */
  level: z.enum(["debug", "info", "warn", "error"], "must be `debug`, `info`, `warn` or `error`").optional(),
});

/** Which Oathkeeper configuration the stage runs, and what it changes in it. */
const config = z.strictObject({
  /** Oathkeeper's configuration, relative to the project's root. @default config/config.yml */
  file: z.string("must be a path").default("config/config.yml"),
  /** Oathkeeper's own keys, laid over the file: maps are merged, everything else is replaced. @default {} */
  set: z.record(z.string(), z.unknown(), "must be a map of Oathkeeper's keys").default({}),
});

/** The rules' Jsonnet source and what it gets from the stage. */
const rules = z.strictObject({
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

/** The key set that the `id_token` mutator signs with. */
const signingKeys = z.strictObject({
  /** The algorithm of the first key, made at the first deploy. @default ES256 */
  algorithm: z.enum(SIGNING_ALGORITHMS, `must be one of ${SIGNING_ALGORITHMS.join(", ")}`).default("ES256"),
  /** Keep the secret when the stack is destroyed. @default true */
  retain: yesOrNo.default(true),
  /** Seconds after which the authorizer reads the secret again; a new key signs everywhere by then. @default 300 */
  ttlSeconds: wholeNumber(1, 86_400, "seconds").default(300),
  /** A customer-managed KMS key to encrypt the secret with. @default the account's key for Secrets Manager */
  kmsKeyArn: z
    .string("must be a KMS key's ARN")
    .regex(
      /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
      "must be a KMS key's ARN",
    )
    .optional(),
});

/** How long what session services say is believed without asking again. */
const sessionCache = z
  .strictObject({
    /** Seconds a session is believed in after it was asked about; it may end that much later here than there. */
    ttlSeconds: wholeNumber(1, 3600, "seconds"),
    /** Seconds the answer that there is no session is believed in; 0 asks each time. @default 5, or less with `ttlSeconds` */
    negativeTtlSeconds: wholeNumber(0, 3600, "seconds").optional(),
    /** How many answers of each kind one environment of the function keeps. @default 1000 */
    maxEntries: wholeNumber(10, 10_000, "answers").default(1000),
  })
  .refine((cache) => (cache.negativeTtlSeconds ?? 0) <= cache.ttlSeconds, {
    path: ["negativeTtlSeconds"],
    message: "must not be longer than `ttlSeconds`",
  });

const origin = z
  .string("must be an origin")
  // Written into templates: no character that ends a text there.
  .refine((text) => text === "*" || (parsedUrl(text)?.origin === text && /^[\w.:/[\]-]+$/.test(text)), {
    message: "must be `*` or an origin such as `https://app.example.com` (no path, no slash at the end)",
  });

/** Cross-origin answers: preflights are answered by API Gateway, refusals carry the headers too. */
const cors = z
  .strictObject({
    /** The origins whose pages may call the API. */
    allowOrigins: z
      .array(origin, "must be a list of origins")
      .min(1, "must name an origin")
      .refine((all) => all.length === 1 || !all.includes("*"), "must not mix `*` with origins"),
    /** @default every method */
    allowMethods: names("method").default(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    /** @default Authorization, Content-Type */
    allowHeaders: names("header").default(["Authorization", "Content-Type"]),
    /** Answer headers that scripts may read. @default none */
    exposeHeaders: names("header").default([]),
    /** Whether browsers send cookies along. @default false */
    allowCredentials: yesOrNo.default(false),
    /** Seconds a browser may remember a preflight. @default 600 */
    maxAgeSeconds: wholeNumber(0, 86_400, "seconds").default(600),
  })
  .refine((cors) => !(cors.allowCredentials && cors.allowOrigins.includes("*")), {
    path: ["allowCredentials"],
    message: "can't be true while `allowOrigins` is `*`: browsers refuse it",
  });

/** Requests a second that the whole API takes before it answers 429. */
const throttle = z.strictObject({
  /** Steady requests a second. */
  rateLimit: wholeNumber(1, 1_000_000, "requests a second"),
  /** Requests at once. */
  burstLimit: wholeNumber(1, 1_000_000, "requests"),
});

/** Seconds that API Gateway waits for a backend: without asking AWS, at most for a whole answer, and for one it streams. */
export const BACKEND_TIMEOUT_SECONDS = { unasked: 29, buffered: 300, stream: 900 } as const;

/** How an answer of the backend is handed on. */
const RESPONSE_TRANSFER_MODES = ["buffered", "stream"] as const;

/** The most tags that a stack may have. */
const MOST_TAGS = 50;

/** Tags on every resource of the stack. */
const tags = z
  .record(z.string(), z.string("must be text (put it in quotes)"), "must be a map")
  .superRefine((all, context) => {
    for (const [key, value] of Object.entries(all)) {
      const complaint = /^aws:/i.test(key)
        ? "must have a name that does not begin with `aws:`, which AWS keeps for itself"
        : !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key)
          ? "must have a name of 1 to 128 letters, digits, blanks and `_.:/=+-@`"
          : !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value)
            ? "must have at most 256 letters, digits, blanks and `_.:/=+-@`"
            : undefined;
      if (complaint !== undefined) {
        context.addIssue({ code: "custom", path: [key], message: complaint });
      }
    }
    if (Object.keys(all).length > MOST_TAGS) {
      context.addIssue({ code: "custom", message: `must have at most ${MOST_TAGS} tags` });
    }
  });

/** What API Gateway answers where a rule's error handler sends the browser elsewhere. */
const REDIRECTS = ["refresh", "location"] as const;

/** What becomes of a request in which the client itself sends a header that the gate vouches for. */
const FORGED_HEADERS = ["refuse", "replace"] as const;

/**
 * A stage file, `config/stages/<name>.yml`: everything that differs between environments and is not Oathkeeper's.
 *
 * Unknown keys are refused, so that a slip of the pen can't be deployed. `docs/stages.md` is the reader's table of this.
 */
export const stageSchema = z
  .strictObject({
    /** The account to deploy to. @default the one of the credentials in use */
    account: z
      .string("must be the twelve digits of an account, in quotes")
      .regex(/^\d{12}$/, "must be the twelve digits of an account, in quotes")
      .optional(),
    /** The region to deploy to. @default the one of the credentials in use */
    region: z
      .string("must be a region such as `eu-central-1`")
      .regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, "must be a region such as `eu-central-1`")
      .optional(),
    /** Where allowed requests go; the request's path is put behind it. https, except on the local cloud. */
    backendUrl: serviceUrl,
    /** Seconds the backend has to answer; above 29 a whole answer needs a higher quota. @default 29 */
    backendTimeoutSeconds: wholeNumber(1, BACKEND_TIMEOUT_SECONDS.stream, "seconds").default(
      BACKEND_TIMEOUT_SECONDS.unasked,
    ),
    /** `stream`: hand an answer on while the backend writes it, for up to 15 minutes. @default buffered */
    responseTransferMode: z
      .enum(RESPONSE_TRANSFER_MODES, "must be `buffered` or `stream`")
      .default("buffered"),
    /** The host that rules are written for. @default the host that API Gateway was asked under */
    publicHost: z
      .string("must be a host name")
      .regex(
        /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/,
        "must be a host name in lower case, such as `api.example.com`",
      )
      .optional(),
    config: config.prefault({}),
    rules: rules.prefault({}),
    /** The functions' processor; `host` is this machine's, for the local cloud. @default arm64 */
    architecture: z.enum(["arm64", "x86_64", "host"], "must be `arm64`, `x86_64` or `host`").default("arm64"),
    /** Memory of the authorizer in MiB; its share of a processor grows with it. @default 256 */
    memorySize: wholeNumber(128, 10_240, "MiB").default(256),
    /** Seconds until an unfinished decision is a refusal. @default 10 */
    timeoutSeconds: wholeNumber(1, 29, "seconds").default(10),
    logs: logs.prefault({}),
    signingKeys: signingKeys.prefault({}),
    /** What a vouched header holds where a rule sets none. A real value equal to it is refused. @default none */
    vouchedHeaderFallback: z
      .string("must be text")
      .regex(/^[\x21-\x7e]{1,128}$/, "must be 1 to 128 visible ASCII characters, without blanks")
      .default("none"),
    /** Vouched headers that keep the client's own value where a rule sets none. @default none: the stand-in is put there */
    clientHeaders: names("header").default([]),
    /**
     * `refuse`: a request in which the client sends a vouched header is refused; `replace`: API Gateway writes the
     * gate's header over the client's. @default refuse
     */
    forgedHeaders: z.enum(FORGED_HEADERS, "must be `refuse` or `replace`").default("refuse"),
    /**
     * Where a custom domain has the API (its mapping's base path), such as `/orders`. Rules are written with it, and
     * what is asked under API Gateway's own host name is decided about as if it stood in front.
     * @default the API is at the domain's root
     */
    basePath: z
      .string("must be a path")
      .regex(
        /^(\/[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)+$/,
        "must be a path such as `/orders`, without a slash at its end",
      )
      .optional(),
    /** Let encoded slashes in a path through instead of refusing them with 400. @default false */
    allowEncodedSlashes: yesOrNo.default(false),
    /** @default every request asks the session service */
    sessionCache: sessionCache.optional(),
    /** `refresh`: 403 with a Refresh header, for browsers and programs; `location`: 302, for browsers only. @default refresh */
    redirects: z.enum(REDIRECTS, "must be `refresh` or `location`").default("refresh"),
    /** @default preflights go to the rules as any other request */
    cors: cors.optional(),
    /** @default the account's own limits */
    throttle: throttle.optional(),
    /** The CloudWatch namespace of the authorizer's metrics. @default no metrics */
    metricsNamespace: z
      .string("must be a namespace")
      .regex(
        /^(?!AWS\/)[A-Za-z0-9._/#:-]{1,255}$/,
        "must be a namespace such as `Oathgate`, not one of AWS's own",
      )
      .optional(),
    /** Metrics of each rule too; CloudWatch charges for each rule's. @default false */
    metricsByRule: yesOrNo.default(false),
    /** Log every request at API Gateway; the account needs its API Gateway logging role. @default false */
    accessLogs: yesOrNo.default(false),
    /** Trace requests with X-Ray, at API Gateway and in the authorizer. @default false */
    tracing: yesOrNo.default(false),
    /** The local cloud's address; makes the functions talk to it instead of AWS. @default none */
    awsEndpointUrl: serviceUrl.optional(),
    /** Tags on every resource. @default {} */
    tags: tags.default({}),
  })
  .superRefine((stage, context) => {
    if (stage.awsEndpointUrl === undefined && stage.backendUrl.startsWith("http:")) {
      context.addIssue({
        code: "custom",
        path: ["backendUrl"],
        message:
          "must be https: the headers the gate vouches for would cross the network readable and changeable",
      });
    }
    if (stage.metricsByRule && stage.metricsNamespace === undefined) {
      context.addIssue({
        code: "custom",
        path: ["metricsByRule"],
        message: "can't be true without `metricsNamespace`: there are no metrics then",
      });
    }
    const { buffered } = BACKEND_TIMEOUT_SECONDS;
    if (stage.responseTransferMode === "buffered" && stage.backendTimeoutSeconds > buffered) {
      context.addIssue({
        code: "custom",
        path: ["backendTimeoutSeconds"],
        message: `must be at most ${buffered} unless \`responseTransferMode\` is \`stream\``,
      });
    }
    const { kmsKeyArn } = stage.signingKeys;
    if (kmsKeyArn !== undefined && stage.region !== undefined && regionOfArn(kmsKeyArn) !== stage.region) {
      context.addIssue({
        code: "custom",
        path: ["signingKeys", "kmsKeyArn"],
        message: `must be a key of the stage's region, \`${stage.region}\``,
      });
    }
  });

/** The region that an ARN names. */
export function regionOfArn(arn: string): string | undefined {
  return arn.split(":")[3];
}

/** A stage's settings, every default filled in. */
export type StageSettings = z.output<typeof stageSchema>;

/** The cross-origin settings of a stage that has them. */
export type CorsSettings = z.output<typeof cors>;
