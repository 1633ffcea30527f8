import { Duration } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Version } from "aws-cdk-lib/aws-lambda";
import { AwsCustomResource, PhysicalResourceId } from "aws-cdk-lib/custom-resources";
import { Construct, type IDependable } from "constructs";
import { FunctionIdentity, type FunctionLogOptions } from "./function-identity";

/** Props for `ProvisionedConcurrency`. */
export interface ProvisionedConcurrencyProps {
  /** The function's `currentVersion`, which is invoked. */
  readonly version: Version;
  /** The number of environments that are always initialised. */
  readonly executions: number;
  /** The log of the custom resource's function. */
  readonly log: FunctionLogOptions;
}

/**
 * Provisioned concurrency of a function's current version.
 *
 * CloudFormation can set it on the version itself, but never change it there, and the versions of earlier deploys, which are
 * kept, would keep theirs and cost as much as the current one. Here it is a separate resource: created for a new version
 * before requests reach it, updated in place if only the number changes, and removed from the previous version after the deploy
 * (or from the new one if the deploy fails).
 */
export class ProvisionedConcurrency extends Construct {
  /** Depend on this for resources that need the environments to be requested. Lambda takes a minute or two to start them. */
  readonly requested: AwsCustomResource;

  constructor(scope: Construct, id: string, props: ProvisionedConcurrencyProps) {
    super(scope, id);
    const { version, executions } = props;
    const { functionName } = version.lambda;
    const which = { FunctionName: functionName, Qualifier: version.version };

    const identity = new FunctionIdentity(this, "Identity", {
      purpose: "Sets the provisioned concurrency of the gate's function",
      log: props.log,
      may: [
        new PolicyStatement({
          actions: ["lambda:PutProvisionedConcurrencyConfig", "lambda:DeleteProvisionedConcurrencyConfig"],
          // On every version: that of the previous deploy is another one.
          resources: [`${version.lambda.functionArn}:*`],
        }),
      ],
    });
    const put = {
      service: "Lambda",
      action: "PutProvisionedConcurrencyConfig",
      parameters: { ...which, ProvisionedConcurrentExecutions: executions },
      // Another version is another resource: CloudFormation deletes the previous one after the deploy.
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
        // The version may have been deleted already, by pruning.
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

/** The provisioned environments that requests have to wait for; empty without any. */
export function provisionedEnvironments(
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
