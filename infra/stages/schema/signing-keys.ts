import { z } from "zod";
import { kmsKeyArn } from "./arn";
import { replicaRegions } from "./replica-regions";
import { wholeNumber, yesOrNo } from "./values";

/** Algorithms whose public half can be given away, so that a backend can check tokens without being able to make them. */
const SIGNING_ALGORITHMS = ["ES256", "ES384", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const;

/** The key set that the `id_token` mutator signs with. */
export const signingKeys = z.strictObject({
  /** The algorithm of the first key, made at the first deploy. @default ES256 */
  algorithm: z.enum(SIGNING_ALGORITHMS, `must be one of ${SIGNING_ALGORITHMS.join(", ")}`).default("ES256"),
  /** Keep the secret when the stack is destroyed. @default true */
  retain: yesOrNo.default(true),
  /** Seconds after which the authorizer reads the secret again; a new key signs everywhere by then. @default 300 */
  ttlSeconds: wholeNumber(1, 86_400, "seconds").default(300),
  /** A customer-managed KMS key to encrypt the secret with. @default the account's key for Secrets Manager */
  kmsKeyArn: kmsKeyArn.optional(),
  /** Other regions that hold a replica of the secret. @default [] */
  replicaRegions: replicaRegions.default([]),
});
