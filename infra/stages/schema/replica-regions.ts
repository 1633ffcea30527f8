import { z } from "zod";
import { kmsKeyArn, placeOfArn } from "./arn";
import { regionName } from "./values";

/** Other regions with a replica of the signing keys' secret, for the gates there. */
export const replicaRegions = z
  .array(
    z
      .strictObject({
        /** The region. */
        region: regionName,
        /** A customer-managed KMS key in that region. @default the account's key for Secrets Manager there */
        kmsKeyArn: kmsKeyArn.optional(),
      })
      .superRefine(({ region, kmsKeyArn: key }, context) => {
        if (key !== undefined && placeOfArn(key).region !== region) {
          context.addIssue({
            code: "custom",
            path: ["kmsKeyArn"],
            message: `must be a key in the replica's region, \`${region}\``,
          });
        }
      }),
    "must be a list such as `[{ region: eu-west-1 }]`",
  )
  .superRefine((replicas, context) => {
    const regions = replicas.map(({ region }) => region);
    for (const [index, region] of regions.entries()) {
      if (regions.indexOf(region) !== index) {
        context.addIssue({
          code: "custom",
          path: [index, "region"],
          message: "must not repeat an earlier region",
        });
      }
    }
  });

/** The index of a replica in the stage's own region, which has the secret itself; `undefined` if there is none. */
export function ownReplica(
  replicas: readonly { readonly region: string }[],
  region: string | undefined,
): number | undefined {
  const index = replicas.findIndex((replica) => replica.region === region);
  return index === -1 ? undefined : index;
}
