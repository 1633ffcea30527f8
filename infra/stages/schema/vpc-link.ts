import { z } from "zod";
import { regionalArn } from "./arn";
import { complainIn } from "./complain";
import { serviceUrl, yesOrNo } from "./values";
import { securityGroupIds, subnetIds } from "./vpc";

/** A private backend, reached by a VPC link. */
export const vpcLink = z
  .strictObject({
    /** The backend's URL: its host is the request's `Host` and the name in the backend's certificate. */
    url: serviceUrl,
    /** A VPC link that is there already. @default the stack makes one to `loadBalancerArn` */
    id: z
      .string("must be a VPC link's id")
      .regex(/^[a-z0-9]{6,20}$/, "must be a VPC link's id such as `a1b2c3`")
      .optional(),
    /**
     * The Network or Application Load Balancer in front of the backend.
     * @default the one that the VPC link `id` is made for
     */
    loadBalancerArn: regionalArn(
      /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/(app|net)\/[A-Za-z0-9-]{1,32}\/[0-9a-f]{16}$/,
      "must be the ARN of an Application or Network Load Balancer",
    ).optional(),
    /** Where the VPC link that the stack makes has its network interfaces. @default a link that needs none, to a Network Load Balancer */
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
        "must name a VPC link, or `loadBalancerArn` a load balancer that the stack makes one to",
      );
    }
    const { id, loadBalancerArn } = link;
    if (id !== undefined) {
      for (const setting of ["subnetIds", "securityGroupIds"] as const) {
        if (link[setting] !== undefined) {
          complain([setting], "must be left out beside `id`: the VPC link that is there has its own");
        }
      }
    } else if (loadBalancerArn !== undefined) {
      const isApplication = loadBalancerArn.includes(":loadbalancer/app/");
      if (isApplication && link.subnetIds === undefined) {
        complain(
          ["subnetIds"],
          "must name the subnets in which the VPC link to an Application Load Balancer has its network interfaces",
        );
      } else if (link.subnetIds !== undefined && link.securityGroupIds === undefined) {
        complain(["securityGroupIds"], "must name the security groups of the VPC link's network interfaces");
      } else if (link.subnetIds === undefined && link.securityGroupIds !== undefined) {
        complain(
          ["securityGroupIds"],
          "must be left out without `subnetIds`: such a VPC link has no network interfaces of yours",
        );
      }
    }
  });

/** The VPC link of a stage whose backend is private. */
export type VpcLinkSettings = z.output<typeof vpcLink>;
