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
  /** What becomes of it when the stack is destroyed. */
  readonly removalPolicy: RemovalPolicy;
  /** The KMS key that it is encrypted with. @default CloudWatch Logs' own */
  readonly encryptionKey?: IKey | undefined;
  /** Lambda's own lines as JSON objects, of this severity and above. @default lines of text */
  readonly systemLogLevel?: SystemLogLevel | undefined;
}

/** How Lambda writes a function's log. */
export function loggingOptions({ systemLogLevel }: FunctionLogOptions): FunctionOptions {
  return systemLogLevel === undefined
    ? {}
    : {
        loggingFormat: LoggingFormat.JSON,
        systemLogLevelV2: systemLogLevel,
        // The function leaves out lines by its own level. Lambda would drop those without a level too: the metrics.
        applicationLogLevelV2: ApplicationLogLevel.DEBUG,
      };
}

/** Props for `FunctionIdentity`. */
export interface FunctionIdentityProps {
  /** What the function is for, as the role's description says it. */
  readonly purpose: string;
  /** Its log. */
  readonly log: FunctionLogOptions;
  /** What the function may do besides writing its own log. */
  readonly may: PolicyStatement[];
}

/**
 * Who a function is: a log group of its own, and a role that may write that log and do what is listed, nothing else.
 *
 * Made by hand because AWS's managed policy for functions lets each of them create and write every log of the account.
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
