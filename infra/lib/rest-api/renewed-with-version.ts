import { type CfnResource, Lazy, Stack } from "aws-cdk-lib";
import type { Version } from "aws-cdk-lib/aws-lambda";

/** Hexadecimal digits of the hash that CDK puts at the end of a current version's logical id. */
const VERSION_HASH_LENGTH = 32;

/**
 * Gives a resource another logical id for each version of a function, so that CloudFormation makes a new one beside the
 * old one and never changes one that an earlier deployment of the API still uses.
 *
 * @param version a function's `currentVersion`
 */
export function renewWithVersion(resource: CfnResource, version: Version): void {
  const stack = Stack.of(resource);
  const constant: string = stack.resolve(resource.logicalId);
  const { logicalId: versionId } = version.node.defaultChild as CfnResource;
  resource.overrideLogicalId(
    // The hash is known once everything else of the function is.
    Lazy.uncachedString({
      produce: () => `${constant}${String(stack.resolve(versionId)).slice(-VERSION_HASH_LENGTH)}`,
    }),
  );
}
