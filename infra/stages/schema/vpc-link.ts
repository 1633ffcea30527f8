import { z } from "zod";
import { regionalArn } from "./arn";
import { complainIn } from "./complain";
import { serviceUrl, yesOrNo } from "./values";
import { securityGroupIds, subnetIds } from "./vpc";

/** A private backend behind a VPC link. */
export const vpcLink = z
  .strictObject({
    /** The backend's URL: its host is the request's `Host` and the name in the backend's certificate. */
    url: serviceUrl,
    /** An existing VPC link. @default a new one to `loadBalancerArn` */
    id: z
      .string("must be a VPC link's id")
      .regex(/^[a-z0-9]{6,20}$/, "must be a VPC link's id such as `a1b2c3`")
      .optional(),
    /**
     * The Network or Application Load Balancer in front of the backend.
     * @default that of the VPC link `id`
     */
    loadBalancerArn: regionalArn(
      /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/(app|net)\/[A-Za-z0-9-]{1,32}\/[0-9a-f]{16}$/,
      "must be the ARN of an Application or Network Load Balancer",
    ).optional(),
    /** The subnets for the network interfaces of a new VPC link. @default none, for a link to a Network Load Balancer without them */
    subnetIds: subnetIds.optional(),
    /** The security groups of these network interfaces. */
    securityGroupIds: securityGroupIds.optional(),
    /** Let `url` be http. @default false */
    allowPlainHttp: yesOrNo.default(false),
  })
  .superRefine((link, context) => {
    const complain = complainIn(context);
    if (link.id === undefined && link.loadBalancerArn === undefined) {
      complain(
        ["id"],
        "must name an existing VPC link, unless `loadBalancerArn` names the load balancer for a new one",
      );
    }
    const { id, loadBalancerArn } = link;
    if (id !== undefined) {
      for (const setting of ["subnetIds", "securityGroupIds"] as const) {
        if (link[setting] !== undefined) {
          complain([setting], "must be removed with `id`: the existing VPC link has its own");
        }
      }
    } else if (loadBalancerArn !== undefined) {
      const isApplication = loadBalancerArn.includes(":loadbalancer/app/");
      if (isApplication && link.subnetIds === undefined) {
        complain(
          ["subnetIds"],
          "must name the subnets for the network interfaces of a VPC link to an Application Load Balancer",
        );
      } else if (link.subnetIds !== undefined && link.securityGroupIds === undefined) {
        complain(["securityGroupIds"], "must name the security groups of the VPC link's network interfaces");
      } else if (link.subnetIds === undefined && link.securityGroupIds !== undefined) {
        complain(
          ["securityGroupIds"],
          "must be removed without `subnetIds`: such a VPC link has no network interfaces in your subnets",
        );
      }
    }
  });

/** The VPC link of a stage whose backend is private. */
export type VpcLinkSettings = z.output<typeof vpcLink>;
