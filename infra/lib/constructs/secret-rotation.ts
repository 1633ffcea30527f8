import { Aws, Duration } from "aws-cdk-lib";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnRotationSchedule } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct, IDependable } from "constructs";
import { InputError } from "../input-error";
import { type EncryptedSecret, mayWrite } from "./secret-rights";
import { type SecretsFunctionOptions, secretsFunction } from "./secrets-function";

/** A secret, what rotates it, and when. */
export interface SecretRotationProps extends SecretsFunctionOptions, EncryptedSecret {
  /** What the function does, as descriptions say it. */
  readonly purpose: string;
  /** The function's variables, which tell it what to put into the secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** The time between two rotations, in whole days: 1 to 1000. */
  readonly every: Duration;
  /** The name of the prop that says so, for errors. */
  readonly everyIs: string;
  /** What must be there before a rotation. @default nothing but the function */
  readonly after?: IDependable;
}

/**
 * Has Secrets Manager rotate a secret by its schedule, with a function of its own that may read and write this secret alone, and
 * that nothing but this secret's rotation may call. Deploying it rotates nothing.
 *
 * @throws InputError where the time between two rotations is none that Secrets Manager takes
 */
export function rotateSecret(scope: Construct, props: SecretRotationProps): void {
  const { secretArn } = props;
  const days = props.every.toDays({ integral: false });
  if (!Number.isInteger(days) || days < 1 || days > 1000) {
    throw new InputError(`\`${props.everyIs}\` must be 1 to 1000 whole days; it is ${days}`);
  }
  const { function: rotator, identity } = secretsFunction(scope, {
    ...props,
    may: mayWrite(props, [
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "secretsmanager:UpdateSecretVersionStage",
    ]),
    timeout: Duration.seconds(60),
  });
  rotator.addPermission("SecretsManager", {
    principal: new ServicePrincipal("secretsmanager.amazonaws.com"),
    sourceAccount: Aws.ACCOUNT_ID,
    sourceArn: secretArn,
  });
  const schedule = new CfnRotationSchedule(scope, "Schedule", {
    secretId: secretArn,
    rotationLambdaArn: rotator.functionArn,
    rotateImmediatelyOnUpdate: false,
    rotationRules: { scheduleExpression: `rate(${days} ${days === 1 ? "day" : "days"})` },
  });
  // Turning the schedule on makes Secrets Manager try the function out, which reads the secret.
  schedule.node.addDependency(rotator, identity, ...(props.after === undefined ? [] : [props.after]));
}
