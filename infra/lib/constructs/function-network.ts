import { ArnFormat, Stack } from "aws-cdk-lib";
import type { ISecurityGroup, IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import { Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { InputError } from "../input-error";

/** The VPC that a function is attached to. */
export interface FunctionNetworkOptions {
  readonly vpc: IVpc;
  /** @default the private subnets with egress */
  readonly vpcSubnets?: SubnetSelection | undefined;
  /** @default a new one that allows all egress and no ingress */
  readonly securityGroups?: readonly ISecurityGroup[] | undefined;
}

/**
 * The VPC that the authorizer is attached to; `undefined` if it is not in a VPC.
 *
 * @throws InputError if subnets or security groups are named without a VPC
 */
export function networkOf({
  vpc,
  vpcSubnets,
  securityGroups,
}: Partial<FunctionNetworkOptions>): FunctionNetworkOptions | undefined {
  if (vpc !== undefined) {
    return { vpc, vpcSubnets, securityGroups };
  }
  if (vpcSubnets !== undefined || securityGroups !== undefined) {
    throw new InputError("`vpcSubnets` and `securityGroups` need `vpc`: set it, or remove them");
  }
  return undefined;
}

/** The actions that Lambda performs with a function's role to attach it to a VPC. */
const NETWORK_INTERFACE_ACTIONS = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

/**
 * The rights that Lambda needs to attach a function to a VPC, denied to the function's own code.
 *
 * Lambda requires these rights on all resources. The function itself needs none of them: calls from inside the function carry
 * its ARN and are denied.
 */
export function networkStatements(scope: Construct): PolicyStatement[] {
  const functions = Stack.of(scope).formatArn({
    service: "lambda",
    resource: "function",
    resourceName: "*",
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return [
    new PolicyStatement({ actions: NETWORK_INTERFACE_ACTIONS, resources: ["*"] }),
    new PolicyStatement({
      effect: Effect.DENY,
      actions: NETWORK_INTERFACE_ACTIONS,
      resources: ["*"],
      conditions: { ArnLike: { "lambda:SourceFunctionArn": functions } },
    }),
  ];
}
