import { z } from "zod";
import { complainIn } from "./complain";

/** Ids of AWS's network resources of one kind, each once. */
const ids = (kind: string, prefix: string, most: number) => {
  const sentence = `must be a list of 1 to ${most} ids of ${kind}s, such as \`${prefix}-0123456789abcdef0\``;
  return z
    .array(z.string(sentence).regex(new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`), sentence), sentence)
    .min(1, sentence)
    .max(most, sentence)
    .refine((all) => new Set(all).size === all.length, `must name each ${kind} once`);
};

/** Subnets of one VPC. */
export const subnetIds = ids("subnet", "subnet", 16);

/** Security groups of one VPC. */
export const securityGroupIds = ids("security group", "sg", 5);

/** The VPC that the authorizer reaches its services in. */
export const vpc = z
  .strictObject({
    /** The VPC in which the stack makes a security group. @default none: `securityGroupIds` are there */
    id: z
      .string("must be a VPC's id")
      .regex(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, "must be a VPC's id such as `vpc-0123456789abcdef0`")
      .optional(),
    /** The subnets in which the function has its network interfaces. */
    subnetIds,
    /** The function's security groups. @default one of its own, which lets everything out and nothing in */
    securityGroupIds: securityGroupIds.optional(),
  })
  .superRefine(({ id, securityGroupIds }, context) => {
    const complain = complainIn(context);
    if (id === undefined && securityGroupIds === undefined) {
      complain(
        ["securityGroupIds"],
        "must name the function's security groups, or `id` the VPC in which the stack makes one",
      );
    } else if (id !== undefined && securityGroupIds !== undefined) {
      complain(
        ["id"],
        "must be left out beside `securityGroupIds`: it says where the stack makes a security group",
      );
    }
  });

/** The VPC of a stage that has one. */
export type VpcSettings = z.output<typeof vpc>;
