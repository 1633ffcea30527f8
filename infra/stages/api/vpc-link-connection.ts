import { createHash } from "node:crypto";
import { CfnVpcLink as CfnNetworkLoadBalancerLink } from "aws-cdk-lib/aws-apigateway";
import { CfnVpcLink } from "aws-cdk-lib/aws-apigatewayv2";
import { Construct } from "constructs";
import type { VpcLinkSettings } from "../schema/vpc-link";

/** How many hexadecimal digits of a digest tell two VPC links apart. */
const DIGEST_LENGTH = 8;

/**
 * The connection to a private backend: a VPC link that is there already, or one that is made.
 *
 * A link to a Network Load Balancer alone is API Gateway's first kind, which names its load balancer itself. One with network
 * interfaces in subnets is its second kind, which integrations name the load balancer beside.
 */
export class VpcLinkConnection extends Construct {
  /** The VPC link's id. */
  readonly id: string;
  /** The load balancer that integrations have to name, if they have to. */
  readonly integrationTarget: string | undefined;

  constructor(scope: Construct, id: string, { link, name }: { link: VpcLinkSettings; name: string }) {
    super(scope, id);
    const { loadBalancerArn, subnetIds, securityGroupIds } = link;
    // What a link connects to can't be changed. One that connects to something else has another logical id, which every
    // integration and so the deployment follows: until the stage is pointed at that, the link before stays in use.
    const madeId = `Link${digest([loadBalancerArn, subnetIds, securityGroupIds])}`;
    if (link.id !== undefined) {
      this.id = link.id;
      this.integrationTarget = loadBalancerArn;
    } else if (subnetIds === undefined) {
      this.id = new CfnNetworkLoadBalancerLink(this, madeId, {
        name,
        description: "The way to the backend of a gate",
        targetArns: [loadBalancerArn ?? ""],
      }).ref;
      this.integrationTarget = undefined;
    } else {
      this.id = new CfnVpcLink(this, madeId, {
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
