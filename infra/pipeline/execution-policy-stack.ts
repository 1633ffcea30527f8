import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { ManagedPolicy, PolicyDocument } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { executionStatements, packed } from "./execution-policy";

/** Props for `ExecutionPolicyStack`. */
export interface ExecutionPolicyStackProps extends StackProps {
  /** What the names of CDK's bootstrapped resources hold, such as `hnb659fds`. */
  readonly qualifier: string;
}

/** What CloudFormation may do when it deploys a stage: the managed policies that `cdk bootstrap` gives its role. */
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
