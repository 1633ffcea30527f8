import { z } from "zod";
import { kmsKeyArn, regionalArn } from "./arn";
import { wholeNumber, yesOrNo } from "./values";

/** A header that every allowed request has, with a secret that only the gate and the backend know. */
export const secretHeader = z
  .strictObject({
    /** The header's name. */
    name: z
      .string("must be a header's name")
      // Which names can hold a secret is for `oathgate rules check --secret-header` to say.
      .regex(/^[A-Za-z0-9-]{1,64}$/, "must be 1 to 64 letters, digits and hyphens, such as `X-Gate-Secret`"),
    /** A secret that is there already. @default the stack makes one, with 64 random letters and digits */
    secretArn: regionalArn(
      /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]{1,512}-[A-Za-z0-9]{6}$/,
      "must be a secret's whole ARN, with the six characters at its end",
    ).optional(),
    /** Seconds after which the authorizer reads the secret again; a new value is shown everywhere by then. @default 300 */
    ttlSeconds: wholeNumber(1, 86_400, "seconds").default(300),
    /** Days after which a secret that the stack makes gets another value. @default it keeps its value */
    rotateAfterDays: wholeNumber(1, 1000, "days").optional(),
    /** Keep the secret that the stack makes when the stack is destroyed. @default false */
    retain: yesOrNo.default(false),
    /** A customer-managed KMS key that the secret is encrypted with. @default the account's key for Secrets Manager */
    kmsKeyArn: kmsKeyArn.optional(),
  })
  .refine(({ secretArn, rotateAfterDays }) => secretArn === undefined || rotateAfterDays === undefined, {
    path: ["rotateAfterDays"],
    message: "must be left out beside `secretArn`: whoever made that secret rotates it",
  })
  .refine(({ secretArn, retain }) => secretArn === undefined || !retain, {
    path: ["retain"],
    message: "can't be true beside `secretArn`: the stack does not destroy a secret that it has not made",
  });

/** The secret header of a stage that has one. */
export type SecretHeaderSettings = z.output<typeof secretHeader>;
