import { z } from "zod";
import { wholeNumber } from "./values";

/** The methods that can have their own limits. API Gateway does not accept `ANY` there. */
export const THROTTLED_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

const limits = {
  /** The steady rate in requests per second. */
  rateLimit: wholeNumber(1, 1_000_000, "requests per second"),
  /** The burst in requests. */
  burstLimit: wholeNumber(1, 1_000_000, "requests"),
};

/** The limits beyond which the API responds with 429. */
export const throttle = z.strictObject({
  ...limits,
  /** Different limits for some methods, by their names. @default the same for all */
  methods: z
    .record(z.string(), z.strictObject(limits), "must be a map of methods")
    .superRefine((all, context) => {
      for (const written of Object.keys(all)) {
        const [method = "", path] = written.split(" ");
        const known = THROTTLED_METHODS.find((name) => name === method);
        const message =
          path !== undefined && known !== undefined
            ? `must be \`${known}\` without a path: the API has one resource for all paths, so API Gateway can't limit a single one; use a rate-based rule of a web ACL (\`webAclArn\`)`
            : known === undefined
              ? `must be one of ${THROTTLED_METHODS.join(", ")}`
              : undefined;
        if (message !== undefined) {
          context.addIssue({ code: "custom", path: [written], message });
        }
      }
    })
    .optional(),
});

/** The limits of a stage that has any. */
export type ThrottleSettings = z.output<typeof throttle>;
