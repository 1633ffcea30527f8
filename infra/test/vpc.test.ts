import { App, Stack } from "aws-cdk-lib";
import type { Template } from "aws-cdk-lib/assertions";
import { SecurityGroup } from "aws-cdk-lib/aws-ec2";
import { describe, expect, it } from "vitest";
import { Oathgate } from "../lib/oathgate";
import { refusal } from "./project";
import { LEAST, READY_CODE, REPORT, stackOf, templateOf } from "./synth";

const SUBNETS = "  subnetIds: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]\n";
const IN_GROUPS = `${LEAST}vpc:\n${SUBNETS}  securityGroupIds: [sg-0123456789abcdef0]\n`;
const IN_A_GROUP_OF_ITS_OWN = `${LEAST}vpc:\n${SUBNETS}  id: vpc-0123456789abcdef0\n`;

function functionsOf(template: Template) {
  const functions = Object.values(template.findResources("AWS::Lambda::Function")).map(
    ({ Properties }) => Properties,
  );
  const isAuthorizer = ({ Description }: { Description: string }) => Description.startsWith("Decides");
  return {
    authorizer: functions.find((one) => isAuthorizer(one as { Description: string })),
    others: functions.filter((one) => !isAuthorizer(one as { Description: string })),
  };
}

describe("a stage with a VPC", () => {
  const template = templateOf({ stage: IN_GROUPS });

  it("has the authorizer in its subnets and groups, and no other function", () => {
    const { authorizer, others } = functionsOf(template);
    expect(authorizer?.VpcConfig).toEqual({
      SubnetIds: ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"],
      SecurityGroupIds: ["sg-0123456789abcdef0"],
    });
    expect(others.length).toBeGreaterThan(0);
    for (const { VpcConfig } of others) {
      expect(VpcConfig).toBeUndefined();
    }
    template.resourceCountIs("AWS::EC2::SecurityGroup", 0);
  });

  it("lets Lambda create network interfaces, but not the function's own code", () => {
    const [role] = Object.values(template.findResources("AWS::IAM::Role")).filter(
      ({ Properties }) => Properties.Description === "Decides the requests of one API",
    );
    const statements = role?.Properties.Policies[0].PolicyDocument.Statement.filter(
      ({ Action }: { Action: string[] }) => Action.includes("ec2:CreateNetworkInterface"),
    );
    expect(statements).toHaveLength(2);
    const [allowed, denied] = statements;
    expect([allowed.Effect, denied.Effect]).toEqual(["Allow", "Deny"]);
    expect(denied.Action).toEqual(allowed.Action);
    const { "lambda:SourceFunctionArn": source } = denied.Condition.ArnLike;
    expect(JSON.stringify(source)).toMatch(/:lambda:.*:function:\*/);
    // AWS's own policy for functions in a VPC would let this one write any log.
    expect(role?.Properties.ManagedPolicyArns).toBeUndefined();
  });

  it("creates a security group without inbound rules if it names the VPC instead", () => {
    const own = templateOf({ stage: IN_A_GROUP_OF_ITS_OWN });
    const [[id, group] = []] = Object.entries(own.findResources("AWS::EC2::SecurityGroup"));
    expect(group?.Properties.VpcId).toBe("vpc-0123456789abcdef0");
    expect(group?.Properties.SecurityGroupIngress).toBeUndefined();
    const { authorizer } = functionsOf(own);
    expect(authorizer?.VpcConfig.SecurityGroupIds).toEqual([{ "Fn::GetAtt": [id, "GroupId"] }]);
  });

  it("looks nothing up, and warns of nothing", () => {
    const assembly = (stackOf({ stage: IN_GROUPS }).node.root as App).synth();
    expect(assembly.manifest.missing ?? []).toEqual([]);
    const [stack] = assembly.stacks;
    expect(stack?.messages.map(({ entry }) => entry.data)).toEqual([]);
  });

  it("does not change a stage without one", () => {
    const { authorizer } = functionsOf(templateOf());
    expect(authorizer?.VpcConfig).toBeUndefined();
    expect(JSON.stringify(templateOf().toJSON())).not.toContain("ec2:");
  });
});

describe("a gate in your own app", () => {
  it("has subnets and security groups in a VPC alone", () => {
    const stack = new Stack(new App({ analyticsReporting: false }), "Own");
    const securityGroups = [SecurityGroup.fromSecurityGroupId(stack, "Group", "sg-0123456789abcdef0")];
    const checked = { ...REPORT, rules: [] };
    const props = { config: "config.yml", code: READY_CODE, checked, securityGroups };
    expect(refusal(() => new Oathgate(stack, "Gate", props))).toBe(
      "`vpcSubnets` and `securityGroups` need `vpc`: set it, or remove them",
    );
  });
});
