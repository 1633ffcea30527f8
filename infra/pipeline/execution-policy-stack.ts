import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { ManagedPolicy, PolicyDocument } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { executionStatements, packed } from "./execution-policy";

/** Props for `ExecutionPolicyStack`. */
export interface ExecutionPolicyStackProps extends StackProps {
  /** The qualifier in the names of CDK's bootstrapped resources, such as `hnb659fds`. */
  readonly qualifier: string;
}

/** The managed policies for CloudFormation's role, which `cdk bootstrap` attaches: the rights to deploy stages. */
export class ExecutionPolicyStack extends Stack {
  constructor(scope: Construct, id: string, props: ExecutionPolicyStackProps) {
    super(scope, id, props);
    const policies = packed(executionStatements({ ...this.scopeOfPolicies(), qualifier: props.qualifier }));
    const arns = policies.map(
      (statements, index) =>
        new ManagedPolicy(this, `Policy${index + 1}`, {
          description: "What CloudFormation needs to deploy stages of Oathgate",
          document: new PolicyDocument({ statements }),
        }).managedPolicyArn,
    );
    new CfnOutput(this, "PolicyArns", { description: "For cdk bootstrap", value: arns.join(",") });
  }

  private scopeOfPolicies() {
    return { partition: this.partition, account: this.account, region: this.region };
  }
}
