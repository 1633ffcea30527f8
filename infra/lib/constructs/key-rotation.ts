import { Aws, Duration } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Architecture } from "aws-cdk-lib/aws-lambda";
import { CfnRotationSchedule } from "aws-cdk-lib/aws-secretsmanager";
import { Construct, type IDependable } from "constructs";
import type { FunctionSource } from "../function-sources";
import { InputError } from "../input-error";
import { FunctionIdentity, type FunctionLogOptions, loggingOptions } from "./function-identity";
import { rustFunction } from "./rust-code";

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
  const days = every.toDays({ integral: false });
  if (!Number.isInteger(days) || days < 1 || days > 1000) {
    throw new InputError(`\`signingKeys.rotation.every\` must be 1 to 1000 whole days; it is ${days}`);
  }
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
export interface KeyRotationProps {
  readonly secretArn: string;
  readonly lifeCycle: KeyLifeCycle;
  /** The code of the function that looks after the keys. */
  readonly source: FunctionSource;
  readonly architecture: Architecture;
  readonly log: FunctionLogOptions;
  /** What the function must be allowed to use the secret's own KMS key. */
  readonly mayUseKey: PolicyStatement[];
  /** What must be there before a rotation: the secret's first value. */
  readonly after: IDependable;
  /** An address that the function calls in place of AWS's own. @default AWS's */
  readonly awsEndpointUrl?: string | undefined;
}

/** Rotates the signing keys by Secrets Manager's schedule. Deploying it rotates nothing. */
export class KeyRotation extends Construct {
  constructor(scope: Construct, id: string, props: KeyRotationProps) {
    super(scope, id);
    const { secretArn, lifeCycle } = props;
    const identity = new FunctionIdentity(this, "Identity", {
      purpose: "Rotates the keys in the gate's signing secret",
      log: props.log,
      may: [
        new PolicyStatement({
          actions: [
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
          ],
          resources: [secretArn],
        }),
        ...props.mayUseKey,
      ],
    });
    const rotator = rustFunction(this, "Function", props.source, {
      description: "Rotates the keys in the gate's signing secret",
      architecture: props.architecture,
      role: identity.role,
      logGroup: identity.logGroup,
      ...loggingOptions(props.log),
      memorySize: 256,
      timeout: Duration.seconds(60),
      environment: {
        OATHGATE_KEYS_TASK: "rotation",
        OATHGATE_KEYS_PUBLISH_AHEAD_SECONDS: String(lifeCycle.publishAhead.toSeconds()),
        OATHGATE_KEYS_RETIRE_AFTER_SECONDS: String(lifeCycle.retireAfter.toSeconds()),
        ...(props.awsEndpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: props.awsEndpointUrl }),
      },
    });
    rotator.addPermission("SecretsManager", {
      principal: new ServicePrincipal("secretsmanager.amazonaws.com"),
      sourceAccount: Aws.ACCOUNT_ID,
    });
    const days = lifeCycle.every.toDays();
    const schedule = new CfnRotationSchedule(this, "Schedule", {
      secretId: secretArn,
      rotationLambdaArn: rotator.functionArn,
      rotateImmediatelyOnUpdate: false,
      rotationRules: { scheduleExpression: `rate(${days} ${days === 1 ? "day" : "days"})` },
    });
    // Turning the schedule on makes Secrets Manager try the function out, which reads the keys.
    schedule.node.addDependency(rotator, identity, props.after);
  }
}
