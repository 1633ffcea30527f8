import { ArnFormat, Stack } from "aws-cdk-lib";
import type { ISecurityGroup, IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import { Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { InputError } from "../input-error";

/** The VPC that a function reaches its services in. */
export interface FunctionNetworkOptions {
  readonly vpc: IVpc;
  /** @default the private subnets with a way out */
  readonly vpcSubnets?: SubnetSelection | undefined;
  /** @default one of the function's own, which lets everything out and nothing in */
  readonly securityGroups?: readonly ISecurityGroup[] | undefined;
}

/**
 * The VPC that the authorizer is in, if it is in one.
 *
 * @throws InputError where subnets or security groups are named and no VPC is
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
    throw new InputError(
      "`vpcSubnets` and `securityGroups` are of a VPC: name it by `vpc`, or leave them out",
    );
  }
  return undefined;
}

/** What Lambda does with a function's role to connect it to a VPC. */
const NETWORK_INTERFACE_ACTIONS = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

/**
 * What Lambda needs of a function's role to connect the function to a VPC, kept from the function's own code.
 *
 * Lambda wants these rights on every resource. The function itself needs none of them: what is called from inside of a function
 * names that function, and is denied.
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
