import { z } from "zod";
import { SIGNING_ALGORITHMS } from "../../lib/constructs/signing-keys";
import { SECRET_TTL_SECONDS } from "../../lib/facts";
import { kmsKeyArn } from "./arn";
import { complainIn } from "./complain";
import { DEFAULT_KEYS_MAX_AGE_SECONDS, type KeysEndpointSettings } from "./keys-endpoint";
import { replicaRegions } from "./replica-regions";
import { wholeNumber, wholeNumberOf, yesOrNo } from "./values";

/** The rotation of the keys. */
const rotation = z.strictObject(
  {
    /** Days between two rotations. */
    everyDays: wholeNumber(1, 1000, "days"),
    /** Seconds for which a key is published before it signs. @default `ttlSeconds` plus one hour, or more if `keysEndpoint` needs it */
    publishAheadSeconds: wholeNumber(1, 604_800, "seconds").optional(),
    /** Seconds for which a key stays published after its last signature. @default the longest lifetime of a token plus 5 minutes, but at least one hour */
    retireAfterSeconds: wholeNumber(1, 31_536_000, "seconds").optional(),
  },
  "must be a map",
);

/** The key set that the `id_token` mutator signs with. */
export const signingKeys = z.strictObject({
  /** The algorithm of the first key, which the first deploy creates. @default ES256 */
  algorithm: z.enum(SIGNING_ALGORITHMS, `must be one of ${SIGNING_ALGORITHMS.join(", ")}`).default("ES256"),
  /** Keep the secret when the stack is destroyed. @default true */
  retain: yesOrNo.default(true),
  /** Seconds after which the authorizer reads the secret again; by then a new key signs everywhere. @default 300 */
  ttlSeconds: wholeNumberOf(SECRET_TTL_SECONDS, "seconds").default(SECRET_TTL_SECONDS.default),
  /** A customer-managed KMS key to encrypt the secret with. @default the account's key for Secrets Manager */
  kmsKeyArn: kmsKeyArn.optional(),
  /** Other regions with a replica of the secret. @default [] */
  replicaRegions: replicaRegions.default([]),
  /** An existing secret with a key set, created or replicated by others; it is read and never changed. @default a new one */
  secretArn: z
    .string("must be a secret's ARN")
    .regex(
      /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$/,
      "must be a secret's complete ARN, including the six characters at its end",
    )
    .optional(),
  /** Rotation by Secrets Manager's schedule. @default the keys are not rotated */
  rotation: rotation.optional(),
});

/** The settings that a rotation depends on. */
interface RotatingSettings {
  readonly signingKeys: z.output<typeof signingKeys>;
  readonly keysEndpoint?: KeysEndpointSettings | undefined;
}

/** Seconds for which verifiers may cache the published keys; 0 if they are not published. */
export function maxAgeSecondsOf({ keysEndpoint }: Pick<RotatingSettings, "keysEndpoint">): number {
  return keysEndpoint?.off ? 0 : (keysEndpoint?.maxAgeSeconds ?? DEFAULT_KEYS_MAX_AGE_SECONDS);
}

/** Refuses settings of the keys that contradict each other. */
export function checkSigningKeys(stage: RotatingSettings, context: z.RefinementCtx): void {
  const complain = complainIn(context);
  const { secretArn, rotation, replicaRegions, ttlSeconds } = stage.signingKeys;
  if (secretArn !== undefined && replicaRegions.length > 0) {
    complain(
      ["signingKeys", "replicaRegions"],
      "can't be set with `signingKeys.secretArn`: the owner of that secret replicates it",
    );
  }
  if (rotation === undefined) {
    return;
  }
  if (secretArn !== undefined) {
    complain(
      ["signingKeys", "rotation"],
      "can't be set with `signingKeys.secretArn`: the owner of that secret rotates it",
    );
  }
  const least = ttlSeconds + maxAgeSecondsOf(stage);
  if (rotation.publishAheadSeconds !== undefined && rotation.publishAheadSeconds < least) {
    complain(
      ["signingKeys", "rotation", "publishAheadSeconds"],
      `must be at least ${least}, the sum of \`signingKeys.ttlSeconds\` and \`keysEndpoint.maxAgeSeconds\`: otherwise tokens would be signed with a key that backends do not know yet`,
    );
  }
}
