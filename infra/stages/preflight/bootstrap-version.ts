import type { AwsSession } from "./aws-session";
import { isAccessDenied, isParameterNotFound } from "./credential-errors";

/** The lowest version of CDK's bootstrap stack that a stage's stack requires; a test compares it with a synthesised one. */
export const MIN_BOOTSTRAP_VERSION = 6;

/** The environment that a stack is deployed to. */
export interface Target {
  readonly account: string;
  readonly region: string;
  /** The partition, such as `aws`. */
  readonly partition: string;
  /** The qualifier in the names of the bootstrapped resources. */
  readonly qualifier: string;
}

/** The state of the bootstrap stack. */
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

/** A role's ARN. The target's values may be tokens. */
export function roleArn(target: Target, role: BootstrapRole): string {
  const { partition, account, qualifier, region } = target;
  return `arn:${partition}:iam::${account}:role/cdk-${qualifier}-${role}-${account}-${region}`;
}

/**
 * Reads the version of the bootstrap stack with the caller's credentials if the account is the caller's own; otherwise, or if
 * that is denied, with one of the roles, like CDK's command line.
 *
 * @param own whether the account is the caller's own
 * @throws any error of AWS except a denial
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
