import { Duration } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Version } from "aws-cdk-lib/aws-lambda";
import { AwsCustomResource, PhysicalResourceId } from "aws-cdk-lib/custom-resources";
import { Construct, type IDependable } from "constructs";
import { FunctionIdentity, type FunctionLogOptions } from "./function-identity";

/** Props for `ProvisionedConcurrency`. */
export interface ProvisionedConcurrencyProps {
  /** What is invoked: a function's `currentVersion`. */
  readonly version: Version;
  /** How many environments are always started. */
  readonly executions: number;
  /** The log of the function that asks Lambda for them. */
  readonly log: FunctionLogOptions;
}

/**
 * Environments of a function's current version that are always started.
 *
 * CloudFormation could set that on the version itself, but never change it there, and the versions of earlier deploys, which
 * stay, would keep theirs and cost as much as the current one. Here it is a resource of its own: made for a new version before
 * requests reach it, changed in place where only the number changes, and taken back from the version before once the deploy is
 * done; or from the new one, where the deploy fails.
 */
export class ProvisionedConcurrency extends Construct {
  /** Depend on this to have the environments asked for. Lambda takes a minute or two to start them. */
  readonly requested: AwsCustomResource;

  constructor(scope: Construct, id: string, props: ProvisionedConcurrencyProps) {
    super(scope, id);
    const { version, executions } = props;
    const { functionName } = version.lambda;
    const which = { FunctionName: functionName, Qualifier: version.version };

    const identity = new FunctionIdentity(this, "Identity", {
      purpose: "Has environments of the gate's function started ahead",
      log: props.log,
      may: [
        new PolicyStatement({
          actions: ["lambda:PutProvisionedConcurrencyConfig", "lambda:DeleteProvisionedConcurrencyConfig"],
          // Of any version: the one before is another one.
          resources: [`${version.lambda.functionArn}:*`],
        }),
      ],
    });
    const put = {
      service: "Lambda",
      action: "PutProvisionedConcurrencyConfig",
      parameters: { ...which, ProvisionedConcurrentExecutions: executions },
      // Another version is another resource: CloudFormation deletes the one before when the deploy is done.
      physicalResourceId: PhysicalResourceId.of(version.functionArn),
    };
    this.requested = new AwsCustomResource(this, "Executions", {
      resourceType: "Custom::OathgateProvisionedConcurrency",
      onCreate: put,
      onUpdate: put,
      onDelete: {
        service: "Lambda",
        action: "DeleteProvisionedConcurrencyConfig",
        parameters: which,
        // The version may be deleted already, by whoever looks after old versions.
        ignoreErrorCodesMatching: "ResourceNotFound|ProvisionedConcurrencyConfigNotFound",
      },
      role: identity.role,
      logGroup: identity.logGroup,
      installLatestAwsSdk: false,
      memorySize: 256,
      timeout: Duration.minutes(2),
    });
    this.requested.node.addDependency(identity);
  }
}

/** What requests have to wait for where environments are to be started ahead. */
export function startedAhead(
  scope: Construct,
  {
    executions,
    ...props
  }: Omit<ProvisionedConcurrencyProps, "executions"> & { readonly executions: number | undefined },
): IDependable[] {
  return executions === undefined
    ? []
    : [new ProvisionedConcurrency(scope, "ProvisionedConcurrency", { ...props, executions }).requested];
}
