import { z } from "zod";
import { SECRET_TTL_SECONDS } from "../../lib/facts";
import { kmsKeyArn, regionalArn } from "./arn";
import { wholeNumber, wholeNumberOf, yesOrNo } from "./values";

/** A header in every allowed request with a secret that only the gate and the backend know. */
export const secretHeader = z
  .strictObject({
    /** The header's name. */
    name: z
      .string("must be a header's name")
      // `oathgate rules check --secret-header` checks which names are possible.
      .regex(/^[A-Za-z0-9-]{1,64}$/, "must be 1 to 64 letters, digits and hyphens, such as `X-Gate-Secret`"),
    /** An existing secret. @default a new one, with 64 random letters and digits */
    secretArn: regionalArn(
      /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]{1,512}-[A-Za-z0-9]{6}$/,
      "must be a secret's complete ARN, including the six characters at its end",
    ).optional(),
    /** Seconds after which the authorizer reads the secret again; by then it sends a new value everywhere. @default 300 */
    ttlSeconds: wholeNumberOf(SECRET_TTL_SECONDS, "seconds").default(SECRET_TTL_SECONDS.default),
    /** Days after which the stack's own secret is rotated. @default it is not rotated */
    rotateAfterDays: wholeNumber(1, 1000, "days").optional(),
    /** Keep the stack's own secret when the stack is destroyed. @default false */
    retain: yesOrNo.default(false),
    /** A customer-managed KMS key that the secret is encrypted with. @default the account's key for Secrets Manager */
    kmsKeyArn: kmsKeyArn.optional(),
  })
  .refine(({ secretArn, rotateAfterDays }) => secretArn === undefined || rotateAfterDays === undefined, {
    path: ["rotateAfterDays"],
    message: "must be removed with `secretArn`: the owner of that secret rotates it",
  })
  .refine(({ secretArn, retain }) => secretArn === undefined || !retain, {
    path: ["retain"],
    message: "can't be true with `secretArn`: the stack never deletes a secret that it did not create",
  });

/** The secret header of a stage that has one. */
export type SecretHeaderSettings = z.output<typeof secretHeader>;
