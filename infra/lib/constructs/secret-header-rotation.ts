import { Aws, Duration } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Architecture } from "aws-cdk-lib/aws-lambda";
import { CfnRotationSchedule, type ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import type { FunctionSource } from "../function-sources";
import { InputError } from "../input-error";
import { FunctionIdentity, type FunctionLogOptions, loggingOptions } from "./function-identity";
import { rustFunction } from "./rust-code";

/** What a function that rotates a secret is made from. */
export interface RotatingFunctionProps {
  /** The code of the function that looks after secrets. */
  readonly source: FunctionSource;
  readonly architecture: Architecture;
  readonly log: FunctionLogOptions;
  /** An address that the function calls in place of AWS's own. @default AWS's */
  readonly awsEndpointUrl?: string | undefined;
}

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
  constructor(scope: Construct, id: string, props: SecretHeaderRotationProps) {
    super(scope, id);
    const { secret } = props;
    const days = props.every.toDays({ integral: false });
    if (!Number.isInteger(days) || days < 1 || days > 1000) {
      throw new InputError(`\`secretHeader.rotateAfter\` must be 1 to 1000 whole days; it is ${days}`);
    }
    const identity = new FunctionIdentity(this, "Identity", {
      purpose: "Rotates the secret by which a backend recognises the gate",
      log: props.log,
      may: [
        new PolicyStatement({
          actions: [
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
          ],
          resources: [secret.secretArn],
        }),
        ...props.mayUseKey,
      ],
    });
    const rotator = rustFunction(this, "Function", props.source, {
      description: "Rotates the secret by which a backend recognises the gate",
      architecture: props.architecture,
      role: identity.role,
      logGroup: identity.logGroup,
      ...loggingOptions(props.log),
      memorySize: 256,
      timeout: Duration.seconds(60),
      environment: {
        OATHGATE_KEYS_TASK: "random-value",
        ...(props.awsEndpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: props.awsEndpointUrl }),
      },
    });
    rotator.addPermission("SecretsManager", {
      principal: new ServicePrincipal("secretsmanager.amazonaws.com"),
      sourceAccount: Aws.ACCOUNT_ID,
      sourceArn: secret.secretArn,
    });
    const schedule = new CfnRotationSchedule(this, "Schedule", {
      secretId: secret.secretArn,
      rotationLambdaArn: rotator.functionArn,
      rotateImmediatelyOnUpdate: false,
      rotationRules: { scheduleExpression: `rate(${days} ${days === 1 ? "day" : "days"})` },
    });
    // Turning the schedule on makes Secrets Manager try the function out, which reads the secret.
    schedule.node.addDependency(rotator, identity);
  }
}
