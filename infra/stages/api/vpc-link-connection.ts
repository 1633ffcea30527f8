import { createHash } from "node:crypto";
import { CfnVpcLink as CfnNetworkLoadBalancerLink } from "aws-cdk-lib/aws-apigateway";
import { CfnVpcLink } from "aws-cdk-lib/aws-apigatewayv2";
import { Construct } from "constructs";
import type { VpcLinkSettings } from "../schema/vpc-link";

/** The number of hexadecimal digits that distinguish VPC links. */
const DIGEST_LENGTH = 8;

/**
 * The connection to a private backend: an existing or a new VPC link.
 *
 * A VPC link (V1) to a Network Load Balancer contains its target. A VPC link V2 has network interfaces in subnets, and each
 * integration names the load balancer.
 */
export class VpcLinkConnection extends Construct {
  /** The VPC link's id. */
  readonly id: string;
  /** The load balancer that integrations must name; `undefined` for a V1 link. */
  readonly integrationTarget: string | undefined;

  constructor(scope: Construct, id: string, { link, name }: { link: VpcLinkSettings; name: string }) {
    super(scope, id);
    const { loadBalancerArn, subnetIds, securityGroupIds } = link;
    // What a link connects to can't be changed. A link to something else gets another logical id, and with it every integration
    // and the deployment: the former link stays in use until the stage is pointed at the new deployment.
    const newId = `Link${digest([loadBalancerArn, subnetIds, securityGroupIds])}`;
    if (link.id !== undefined) {
      this.id = link.id;
      this.integrationTarget = loadBalancerArn;
    } else if (subnetIds === undefined) {
      this.id = new CfnNetworkLoadBalancerLink(this, newId, {
        name,
        description: "Connects a gate to its backend",
        targetArns: [loadBalancerArn ?? ""],
      }).ref;
      this.integrationTarget = undefined;
    } else {
      this.id = new CfnVpcLink(this, newId, {
        name,
        subnetIds,
        ...(securityGroupIds === undefined ? {} : { securityGroupIds }),
      }).ref;
      this.integrationTarget = loadBalancerArn;
    }
  }
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, DIGEST_LENGTH);
}
