import { Aws, Duration } from "aws-cdk-lib";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnRotationSchedule } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct, IDependable } from "constructs";
import { InputError } from "../input-error";
import { type EncryptedSecret, mayWrite } from "./secret-rights";
import { type SecretsFunctionOptions, secretsFunction } from "./secrets-function";

/** A secret, the function that rotates it, and the schedule. */
export interface SecretRotationProps extends SecretsFunctionOptions, EncryptedSecret {
  /** The purpose of the function, for descriptions. */
  readonly purpose: string;
  /** The function's variables, which determine what it writes into the secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** The time between two rotations, in whole days: 1 to 1000. */
  readonly every: Duration;
  /** The name of the prop with that time, for error messages. */
  readonly everyIs: string;
  /** What a rotation requires besides the function. @default nothing */
  readonly after?: IDependable;
}

/**
 * Lets Secrets Manager rotate a secret on a schedule, by a function that may read and write only this secret and that only this
 * secret's rotation may invoke. A deployment rotates nothing.
 *
 * @throws InputError if the time between two rotations is not 1 to 1000 whole days
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
  // Enabling the schedule makes Secrets Manager test the function, which reads the secret.
  schedule.node.addDependency(rotator, identity, ...(props.after === undefined ? [] : [props.after]));
}
