import type { RemovalPolicy } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import {
  ApplicationLogLevel,
  type FunctionOptions,
  LoggingFormat,
  type SystemLogLevel,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

/** A function's log. */
export interface FunctionLogOptions {
  /** How long its lines are kept. */
  readonly retention: RetentionDays;
  /** What happens to it when the stack is destroyed. */
  readonly removalPolicy: RemovalPolicy;
  /** The KMS key that it is encrypted with. @default CloudWatch Logs' own */
  readonly encryptionKey?: IKey | undefined;
  /** Write Lambda's own lines of this severity and above as JSON objects. @default all of them, as text */
  readonly systemLogLevel?: SystemLogLevel | undefined;
}

/** A function's logging options. */
export function loggingOptions({ systemLogLevel }: FunctionLogOptions): FunctionOptions {
  return systemLogLevel === undefined
    ? {}
    : {
        loggingFormat: LoggingFormat.JSON,
        systemLogLevelV2: systemLogLevel,
        // The function filters its lines itself. Lambda would also drop lines that have no level, such as metrics.
        applicationLogLevelV2: ApplicationLogLevel.DEBUG,
      };
}

/** Props for `FunctionIdentity`. */
export interface FunctionIdentityProps {
  /** The purpose of the function, for the role's description. */
  readonly purpose: string;
  /** Its log. */
  readonly log: FunctionLogOptions;
  /** The function's rights besides writing its own log. */
  readonly may: PolicyStatement[];
}

/**
 * A function's identity: a log group of its own, and a role with the right to write that log and the listed rights, no others.
 *
 * AWS's managed policy for functions is not used because it allows a function to create and write every log of the account.
 */
export class FunctionIdentity extends Construct {
  readonly logGroup: LogGroup;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: FunctionIdentityProps) {
    super(scope, id);

    this.logGroup = new LogGroup(this, "Log", {
      retention: props.log.retention,
      removalPolicy: props.log.removalPolicy,
      ...(props.log.encryptionKey === undefined ? {} : { encryptionKey: props.log.encryptionKey }),
    });
    this.role = new Role(this, "Role", {
      description: props.purpose,
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: {
        NothingElse: new PolicyDocument({
          statements: [
            ...props.may,
            new PolicyStatement({
              actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
              resources: [this.logGroup.logGroupArn],
            }),
          ],
        }),
      },
    });
  }
}
