import type { AwsSession } from "./aws-session";
import { isAccessDenied, isParameterNotFound } from "./credential-errors";

/** The least version of CDK's bootstrap stack that a stack of ours asks for; a test compares it with a synthesised one. */
export const LEAST_BOOTSTRAP_VERSION = 6;

/** Where a stack is deployed to. */
export interface Target {
  readonly account: string;
  readonly region: string;
  /** Such as `aws`. */
  readonly partition: string;
  /** What the names of the bootstrapped resources hold. */
  readonly qualifier: string;
}

/** What is known of the bootstrap stack. */
export type Bootstrapped =
  | { readonly kind: "version"; readonly version: number }
  | { readonly kind: "absent" }
  /** Neither the caller nor a role that it may assume may read it. */
  | { readonly kind: "hidden" };

/** The roles of the bootstrap stack that CDK's command line assumes. */
export type BootstrapRole = "deploy-role" | "file-publishing-role" | "lookup-role";

/** The name of the parameter that holds the bootstrap stack's version. */
export function versionParameter(target: Target): string {
  return `/cdk-bootstrap/${target.qualifier}/version`;
}

/** A role's ARN; where the stack is deployed may be tokens. */
export function roleArn(target: Target, role: BootstrapRole): string {
  const { partition, account, qualifier, region } = target;
  return `arn:${partition}:iam::${account}:role/cdk-${qualifier}-${role}-${account}-${region}`;
}

/**
 * Reads the version of the bootstrap stack: as the caller where the account is the caller's own, else, and where that is
 * denied, as one of the roles, as CDK's command line will.
 *
 * @param own whether the account is the caller's own
 * @throws whatever AWS answers besides a denial
 */
export async function bootstrapVersion(
  session: AwsSession,
  target: Target,
  own: boolean,
  roles: readonly BootstrapRole[],
): Promise<Bootstrapped> {
  const readers = [
    ...(own ? [async () => session] : []),
    ...roles.map((role) => () => session.assuming(roleArn(target, role))),
  ];
  for (const reader of readers) {
    try {
      return { kind: "version", version: Number(await (await reader()).parameter(versionParameter(target))) };
    } catch (error) {
      if (isParameterNotFound(error)) {
        return { kind: "absent" };
      }
      if (!isAccessDenied(error)) {
        throw error;
      }
    }
  }
  return { kind: "hidden" };
}
