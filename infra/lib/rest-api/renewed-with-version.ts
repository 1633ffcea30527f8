import { type CfnResource, Lazy, Stack } from "aws-cdk-lib";
import type { Version } from "aws-cdk-lib/aws-lambda";

/** The length of the hexadecimal hash at the end of a current version's logical id. */
const VERSION_HASH_LENGTH = 32;

/**
 * Gives a resource another logical id for each version of a function, so that CloudFormation creates a new one beside the
 * former one and never changes one that an earlier deployment of the API still uses.
 *
 * @param version a function's `currentVersion`
 */
export function renewWithVersion(resource: CfnResource, version: Version): void {
  const stack = Stack.of(resource);
  const constant: string = stack.resolve(resource.logicalId);
  const { logicalId: versionId } = version.node.defaultChild as CfnResource;
  resource.overrideLogicalId(
    // The hash is only known when the function is complete.
    Lazy.uncachedString({
      produce: () => `${constant}${String(stack.resolve(versionId)).slice(-VERSION_HASH_LENGTH)}`,
    }),
  );
}
