import { z } from "zod";
import { kmsKeyArn } from "./arn";
import { complainIn } from "./complain";
import { DEFAULT_KEYS_MAX_AGE_SECONDS, type KeysEndpointSettings } from "./keys-endpoint";
import { replicaRegions } from "./replica-regions";
import { wholeNumber, yesOrNo } from "./values";

/** Algorithms whose public half can be given away, so that a backend can check tokens without being able to make them. */
const SIGNING_ALGORITHMS = ["ES256", "ES384", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const;

/** How the keys follow each other by themselves. */
const rotation = z.strictObject(
  {
    /** Days from one rotation to the next. */
    everyDays: wholeNumber(1, 1000, "days"),
    /** Seconds that a key is published before it signs. @default `ttlSeconds` and an hour, or what `keysEndpoint` needs */
    publishAheadSeconds: wholeNumber(1, 604_800, "seconds").optional(),
    /** Seconds that a key stays published after it has signed for the last time. @default as long as tokens live, and an hour at least */
    retireAfterSeconds: wholeNumber(1, 31_536_000, "seconds").optional(),
  },
  "must be a map",
);

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
  /** A secret with a key set, made or replicated by others; it is read and never changed. @default the stack makes one */
  secretArn: z
    .string("must be a secret's ARN")
    .regex(
      /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$/,
      "must be a secret's whole ARN, with the six characters at its end",
    )
    .optional(),
  /** Rotation by Secrets Manager's schedule. @default the keys stay until somebody changes them */
  rotation: rotation.optional(),
});

/** The settings that a rotation's depend on. */
interface RotatingSettings {
  readonly signingKeys: z.output<typeof signingKeys>;
  readonly keysEndpoint?: KeysEndpointSettings | undefined;
}

/** How long whoever verifies may keep the published keys. */
export function maxAgeSecondsOf({ keysEndpoint }: Pick<RotatingSettings, "keysEndpoint">): number {
  return keysEndpoint?.off ? 0 : (keysEndpoint?.maxAgeSeconds ?? DEFAULT_KEYS_MAX_AGE_SECONDS);
}

/** Finds settings of the keys that do not fit together. */
export function checkSigningKeys(stage: RotatingSettings, context: z.RefinementCtx): void {
  const complain = complainIn(context);
  const { secretArn, rotation, replicaRegions, ttlSeconds } = stage.signingKeys;
  if (secretArn !== undefined && replicaRegions.length > 0) {
    complain(
      ["signingKeys", "replicaRegions"],
      "can't be set with `signingKeys.secretArn`: whoever owns that secret replicates it",
    );
  }
  if (rotation === undefined) {
    return;
  }
  if (secretArn !== undefined) {
    complain(
      ["signingKeys", "rotation"],
      "can't be set with `signingKeys.secretArn`: whoever owns that secret rotates it",
    );
  }
  const least = ttlSeconds + maxAgeSecondsOf(stage);
  if (rotation.publishAheadSeconds !== undefined && rotation.publishAheadSeconds < least) {
    complain(
      ["signingKeys", "rotation", "publishAheadSeconds"],
      `must be at least ${least}, \`signingKeys.ttlSeconds\` and \`keysEndpoint.maxAgeSeconds\` together: a token would be signed with a key that a backend does not know yet`,
    );
  }
}
