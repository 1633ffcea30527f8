import type { Duration } from "aws-cdk-lib";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { type RotatingFunctionProps, rotateSecret } from "./secret-rotation";

/** Props for `SecretHeaderRotation`. */
export interface SecretHeaderRotationProps extends RotatingFunctionProps {
  readonly secret: ISecret;
  /** The time between two rotations, in whole days: 1 to 1000. */
  readonly every: Duration;
  /** What the function must be allowed to use the secret's own KMS key. */
  readonly mayUseKey: PolicyStatement[];
}

/**
 * Gives the secret header another value by Secrets Manager's schedule; the one before stays readable as `AWSPREVIOUS`. Deploying
 * it rotates nothing.
 */
export class SecretHeaderRotation extends Construct {
  /**
   * @throws InputError where the time between two rotations is none that Secrets Manager takes
   */
  constructor(scope: Construct, id: string, { secret, ...props }: SecretHeaderRotationProps) {
    super(scope, id);
    rotateSecret(this, {
      ...props,
      secretArn: secret.secretArn,
      purpose: "Rotates the secret by which a backend recognises the gate",
      everyIs: "secretHeader.rotateAfter",
      environment: { OATHGATE_KEYS_TASK: "random-value" },
    });
  }
}
