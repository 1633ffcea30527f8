import { Duration } from "aws-cdk-lib";
import { Construct, type IDependable } from "constructs";
import { variable, variableOf } from "../facts";
import { InputError } from "../input-error";
import type { EncryptedSecret } from "./secret-rights";
import { rotateSecret } from "./secret-rotation";
import type { SecretsFunctionOptions } from "./secrets-function";

/** How the signing keys are rotated. */
export interface KeyRotationOptions {
  /** The time between two rotations, in whole days: 1 to 1000. */
  readonly every: Duration;
  /**
   * How long a key is published before it signs: at least the sum of `ttl` and the documents' `maxAge`.
   * @default `ttl` plus one hour
   */
  readonly publishAhead?: Duration;
  /**
   * How long a key stays published after its last signature: at least the longest lifetime of the rules' tokens.
   * @default the longest lifetime of a token plus 5 minutes, but at least one hour
   */
  readonly retireAfter?: Duration;
}

/** The times of a rotation. */
export interface KeyLifeCycle {
  readonly every: Duration;
  readonly publishAhead: Duration;
  readonly retireAfter: Duration;
}

/**
 * Applies the defaults to rotation options and checks them.
 *
 * @param ttl how long the authorizer caches the keys
 * @param longestTokenSeconds the longest lifetime of a token, in seconds
 * @throws InputError if a token could be signed with a key that a backend does not know yet, or no longer knows
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
      `\`signingKeys.rotation.publishAhead\` must be at least \`signingKeys.ttl\`, ${ttl.toSeconds()} seconds, for which the authorizer caches the keys; it is ${ahead.toSeconds()} seconds`,
    );
  }
  if (retire.toSeconds() < longestTokenSeconds) {
    throw new InputError(
      `\`signingKeys.rotation.retireAfter\` must be at least ${longestTokenSeconds} seconds, the longest lifetime of the rules' tokens, for which their key must stay published; it is ${retire.toSeconds()} seconds`,
    );
  }
  return { every, publishAhead: ahead, retireAfter: retire };
}

/** In seconds. */
const HOUR = 3600;

/** The tolerance for clocks that differ, in seconds. */
const CLOCK_SKEW = 300;

/** Props for `KeyRotation`. */
export interface KeyRotationProps extends SecretsFunctionOptions, EncryptedSecret {
  readonly lifeCycle: KeyLifeCycle;
  /** What a rotation requires: the secret's first value. */
  readonly after: IDependable;
}

/** Rotates the signing keys by Secrets Manager's schedule. A deployment rotates nothing. */
export class KeyRotation extends Construct {
  /**
   * @throws InputError if the time between two rotations is not 1 to 1000 whole days
   */
  constructor(scope: Construct, id: string, { lifeCycle, ...props }: KeyRotationProps) {
    super(scope, id);
    rotateSecret(this, {
      ...props,
      purpose: "Rotates the keys in the gate's signing secret",
      every: lifeCycle.every,
      everyIs: "signingKeys.rotation.every",
      environment: {
        [variable("KEYS_TASK")]: "rotation",
        [variableOf("signingKeys.rotation.publishAheadSeconds")]: String(lifeCycle.publishAhead.toSeconds()),
        [variableOf("signingKeys.rotation.retireAfterSeconds")]: String(lifeCycle.retireAfter.toSeconds()),
      },
    });
  }
}
