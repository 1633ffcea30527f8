import { z } from "zod";
import { wholeNumber } from "./values";

/** The methods that a limit of their own can be set for. API Gateway takes no `ANY` there. */
export const THROTTLED_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

const limits = {
  /** Steady requests a second. */
  rateLimit: wholeNumber(1, 1_000_000, "requests a second"),
  /** Requests at once. */
  burstLimit: wholeNumber(1, 1_000_000, "requests"),
};

/** Requests a second that the API takes before it answers 429. */
export const throttle = z.strictObject({
  ...limits,
  /** Other limits for some methods, by their names. @default the same for all */
  methods: z
    .record(z.string(), z.strictObject(limits), "must be a map of methods")
    .superRefine((all, context) => {
      for (const written of Object.keys(all)) {
        const [method = "", path] = written.split(" ");
        const known = THROTTLED_METHODS.find((name) => name === method);
        const message =
          path !== undefined && known !== undefined
            ? `must be \`${known}\` alone: the API has one resource for all paths, and API Gateway can't limit one of them; a rate-based rule of a web ACL (\`webAclArn\`) can`
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
