import { Annotations, Duration, RemovalPolicy } from "aws-cdk-lib";
import { SecurityGroup, Subnet, Vpc } from "aws-cdk-lib/aws-ec2";
import { Key } from "aws-cdk-lib/aws-kms";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import type { OathgateProps } from "../lib/oathgate-props";
import type { SecretHeaderSettings } from "./schema/secret-header";
import type { VpcSettings } from "./schema/vpc";

/** A stage's secret header as a prop of the library. */
export function secretHeaderOf(
  scope: Construct,
  settings: SecretHeaderSettings | undefined,
): Pick<OathgateProps, "secretHeader"> {
  if (settings === undefined) {
    return {};
  }
  const { name, ttlSeconds, secretArn, rotateAfterDays, retain, kmsKeyArn } = settings;
  const key =
    kmsKeyArn === undefined
      ? {}
      : { encryptionKey: Key.fromKeyArn(scope, "SecretHeaderEncryptionKey", kmsKeyArn) };
  const secret =
    secretArn === undefined
      ? { ...key, removalPolicy: retain ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY }
      : {
          secret: Secret.fromSecretAttributes(scope, "SecretHeaderSecret", {
            secretCompleteArn: secretArn,
            ...key,
          }),
        };
  const rotation = rotateAfterDays === undefined ? {} : { rotateAfter: Duration.days(rotateAfterDays) };
  return { secretHeader: { name, ttl: Duration.seconds(ttlSeconds), ...rotation, ...secret } };
}

/** The placeholder for attributes that CDK requires of a VPC but does not write into the template. */
const UNUSED = "unused";

/** A stage's VPC as props of the library. It is referenced only by ids, so that synth makes no lookups. */
export function networkOf(
  scope: Construct,
  settings: VpcSettings | undefined,
): Pick<OathgateProps, "vpc" | "vpcSubnets" | "securityGroups"> {
  if (settings === undefined) {
    return {};
  }
  const { id, subnetIds, securityGroupIds } = settings;
  const subnets = subnetIds.map((subnetId) => {
    const subnet = Subnet.fromSubnetId(scope, subnetId, subnetId);
    Annotations.of(subnet).acknowledgeWarning(
      "@aws-cdk/aws-ec2:noSubnetRouteTableId",
      "the subnet's routes are not used",
    );
    return subnet;
  });
  return {
    vpc: Vpc.fromVpcAttributes(scope, "Vpc", { vpcId: id ?? UNUSED, availabilityZones: [UNUSED] }),
    vpcSubnets: { subnets },
    ...(securityGroupIds === undefined
      ? {}
      : {
          securityGroups: securityGroupIds.map((group) =>
            SecurityGroup.fromSecurityGroupId(scope, group, group, { mutable: false }),
          ),
        }),
  };
}
