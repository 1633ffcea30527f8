import { type CfnResource, RemovalPolicy } from "aws-cdk-lib";
import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import { CfnApplication, CfnDeploymentConfig, CfnDeploymentGroup } from "aws-cdk-lib/aws-codedeploy";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Alias, type CfnAlias, type Version } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { contractDescription } from "./contract-description";
import { predefinedConfiguration, type TrafficShift } from "./traffic-shift";

/** Props for `ShiftedAlias`. */
export interface ShiftedAliasProps {
  /** The function's `currentVersion`. */
  readonly version: Version;
  /** The digest of the version's header contract. */
  readonly contract: string;
  readonly shift: TrafficShift;
  /** The alarms that stop a shift and roll it back. */
  readonly alarms: readonly Alarm[];
}

/**
 * An alias for the versions of one header contract. CodeDeploy shifts requests from one version to the next.
 *
 * Another contract gets another alias, which points to its version at once, while the earlier alias keeps its own: so a
 * deployment of the API never invokes a version with another contract than its header mappings were made for.
 *
 * The alias is named after its deployment group, which CloudFormation names: an earlier alias that is kept does not conflict when
 * the rules return to its contract.
 */
export class ShiftedAlias extends Construct {
  readonly alias: Alias;
  /** The digest of the header contract of all versions behind the alias. */
  readonly contract: string;

  constructor(scope: Construct, id: string, props: ShiftedAliasProps) {
    super(scope, id);
    const { version, contract } = props;
    this.contract = contract;
    const { functionArn } = version.lambda;

    const application = new CfnApplication(this, "Application", { computePlatform: "Lambda" });
    const role = new Role(this, "Role", {
      description: "Shifts requests from one version of the function to the next",
      assumedBy: new ServicePrincipal("codedeploy.amazonaws.com"),
      inlinePolicies: {
        NothingElse: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"],
              resources: [functionArn, `${functionArn}:*`],
            }),
            // AWS's own policy for CodeDeploy allows it on all alarms too.
            new PolicyStatement({ actions: ["cloudwatch:DescribeAlarms"], resources: ["*"] }),
          ],
        }),
      },
    });
    const group = new CfnDeploymentGroup(this, "Group", {
      applicationName: application.ref,
      serviceRoleArn: role.roleArn,
      deploymentConfigName: this.configuration(props.shift),
      deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
      alarmConfiguration: {
        enabled: true,
        alarms: props.alarms.map(({ alarmName }) => ({ name: alarmName })),
      },
      autoRollbackConfiguration: {
        enabled: true,
        events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
      },
    });
    renewWithContract(group, contract);

    this.alias = new Alias(this, "Alias", {
      aliasName: group.ref,
      version,
      description: contractDescription(contract),
    });
    const resource = this.alias.node.defaultChild as CfnAlias;
    renewWithContract(resource, contract);
    resource.cfnOptions.updatePolicy = {
      codeDeployLambdaAliasUpdate: { applicationName: application.ref, deploymentGroupName: group.ref },
    };
    // Earlier deployments of the API still use the alias. It is deleted with the function.
    resource.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  }

  /** The name of CodeDeploy's configuration for a shift. */
  private configuration(shift: TrafficShift): string {
    const { kind, percent, minutes } = shift;
    return (
      predefinedConfiguration(shift) ??
      new CfnDeploymentConfig(this, "Configuration", {
        computePlatform: "Lambda",
        trafficRoutingConfig:
          kind === "canary"
            ? {
                type: "TimeBasedCanary",
                timeBasedCanary: { canaryPercentage: percent, canaryInterval: minutes },
              }
            : {
                type: "TimeBasedLinear",
                timeBasedLinear: { linearPercentage: percent, linearInterval: minutes },
              },
      }).ref
    );
  }
}

/** Gives a resource another logical id for each contract, so that CloudFormation creates a new one beside the former one. */
export function renewWithContract(resource: CfnResource, contract: string): void {
  resource.overrideLogicalId(`${resource.stack.resolve(resource.logicalId)}${contract}`);
}
