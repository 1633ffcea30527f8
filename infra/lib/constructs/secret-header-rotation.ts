import type { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { variable } from "../facts";
import type { EncryptedSecret } from "./secret-rights";
import { rotateSecret } from "./secret-rotation";
import type { SecretsFunctionOptions } from "./secrets-function";

/** Props for `SecretHeaderRotation`. */
export interface SecretHeaderRotationProps extends SecretsFunctionOptions, EncryptedSecret {
  /** The time between two rotations, in whole days: 1 to 1000. */
  readonly every: Duration;
}

/**
 * Rotates the value of the secret header by Secrets Manager's schedule; the previous value stays readable as `AWSPREVIOUS`. A
 * deployment rotates nothing.
 */
export class SecretHeaderRotation extends Construct {
  /**
   * @throws InputError if the time between two rotations is not 1 to 1000 whole days
   */
  constructor(scope: Construct, id: string, props: SecretHeaderRotationProps) {
    super(scope, id);
    rotateSecret(this, {
      ...props,
      purpose: "Rotates the secret by which a backend recognises the gate",
      everyIs: "secretHeader.rotateAfter",
      environment: { [variable("KEYS_TASK")]: "random-value" },
    });
  }
}
