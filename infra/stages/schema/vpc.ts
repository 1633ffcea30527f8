import { z } from "zod";
import { complainIn } from "./complain";

/** A list of distinct ids of one kind of network resource. */
const ids = (kind: string, prefix: string, most: number) => {
  const message = `must be a list of 1 to ${most} ids of ${kind}s, such as \`${prefix}-0123456789abcdef0\``;
  return z
    .array(z.string(message).regex(new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`), message), message)
    .min(1, message)
    .max(most, message)
    .refine((all) => new Set(all).size === all.length, `must name each ${kind} once`);
};

/** Subnets of one VPC. */
export const subnetIds = ids("subnet", "subnet", 16);

/** Security groups of one VPC. */
export const securityGroupIds = ids("security group", "sg", 5);

/** The VPC that the authorizer is attached to. */
export const vpc = z
  .strictObject({
    /** The VPC in which the stack creates a security group. @default none: `securityGroupIds` are used */
    id: z
      .string("must be a VPC's id")
      .regex(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, "must be a VPC's id such as `vpc-0123456789abcdef0`")
      .optional(),
    /** The subnets for the function's network interfaces. */
    subnetIds,
    /** The function's security groups. @default a new one that allows all egress and no ingress */
    securityGroupIds: securityGroupIds.optional(),
  })
  .superRefine(({ id, securityGroupIds }, context) => {
    const complain = complainIn(context);
    if (id === undefined && securityGroupIds === undefined) {
      complain(
        ["securityGroupIds"],
        "must name the function's security groups, unless `id` names the VPC in which the stack creates one",
      );
    } else if (id !== undefined && securityGroupIds !== undefined) {
      complain(
        ["id"],
        "must be removed with `securityGroupIds`: it names the VPC in which the stack creates a security group",
      );
    }
  });

/** The VPC of a stage that has one. */
export type VpcSettings = z.output<typeof vpc>;
