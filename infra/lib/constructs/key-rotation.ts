import { Duration } from "aws-cdk-lib";
import { Construct, type IDependable } from "constructs";
import { InputError } from "../input-error";
import type { EncryptedSecret } from "./secret-rights";
import { rotateSecret } from "./secret-rotation";
import type { SecretsFunctionOptions } from "./secrets-function";

/** How the signing keys follow each other. */
export interface KeyRotationOptions {
  /** The time between two rotations, in whole days: 1 to 1000. */
  readonly every: Duration;
  /**
   * How long a key is published before it signs: at least `ttl` and the documents' `maxAge` together.
   * @default `ttl` and an hour
   */
  readonly publishAhead?: Duration;
  /**
   * How long a key stays published after it has signed for the last time: at least as long as any token of the rules lives.
   * @default the longest life of a token and 5 minutes, and an hour at least
   */
  readonly retireAfter?: Duration;
}

/** The times that a rotation keeps. */
export interface KeyLifeCycle {
  readonly every: Duration;
  readonly publishAhead: Duration;
  readonly retireAfter: Duration;
}

/**
 * Fills in what is not said, and checks what is.
 *
 * @param ttl how long the authorizer keeps the keys
 * @param longestTokenSeconds how long a token lives at most
 * @throws InputError where a token could be signed with a key that a backend does not know yet, or not any more
 */
export function keyLifeCycle(
  { every, publishAhead, retireAfter }: KeyRotationOptions,
  ttl: Duration,
  longestTokenSeconds: number,
): KeyLifeCycle {
  const ahead = publishAhead ?? Duration.seconds(ttl.toSeconds() + HOUR);
  const retire = retireAfter ?? Duration.seconds(Math.max(HOUR, longestTokenSeconds + CLOCK_SKEW));
  if (ahead.toSeconds() < ttl.toSeconds()) {
    throw new InputError(
      `\`signingKeys.rotation.publishAhead\` must be at least as long as \`signingKeys.ttl\`, ${ttl.toSeconds()} seconds, for which the authorizer keeps the keys; it is ${ahead.toSeconds()} seconds`,
    );
  }
  if (retire.toSeconds() < longestTokenSeconds) {
    throw new InputError(
      `\`signingKeys.rotation.retireAfter\` must be at least ${longestTokenSeconds} seconds: a token of the rules is valid for that long, and its key must be published until then; it is ${retire.toSeconds()} seconds`,
    );
  }
  return { every, publishAhead: ahead, retireAfter: retire };
}

const HOUR = 3600;
const CLOCK_SKEW = 300;

/** Props for `KeyRotation`. */
export interface KeyRotationProps extends SecretsFunctionOptions, EncryptedSecret {
  readonly lifeCycle: KeyLifeCycle;
  /** What must be there before a rotation: the secret's first value. */
  readonly after: IDependable;
}

/** Rotates the signing keys by Secrets Manager's schedule. Deploying it rotates nothing. */
export class KeyRotation extends Construct {
  /**
   * @throws InputError where the time between two rotations is none that Secrets Manager takes
   */
  constructor(scope: Construct, id: string, { lifeCycle, ...props }: KeyRotationProps) {
    super(scope, id);
    rotateSecret(this, {
      ...props,
      purpose: "Rotates the keys in the gate's signing secret",
      every: lifeCycle.every,
      everyIs: "signingKeys.rotation.every",
      environment: {
        OATHGATE_KEYS_TASK: "rotation",
        OATHGATE_KEYS_PUBLISH_AHEAD_SECONDS: String(lifeCycle.publishAhead.toSeconds()),
        OATHGATE_KEYS_RETIRE_AFTER_SECONDS: String(lifeCycle.retireAfter.toSeconds()),
      },
    });
  }
}
