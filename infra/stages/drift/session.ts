import { InputError } from "../../lib/input-error";
import type { AwsSession } from "../preflight/aws-session";
import { roleArn } from "../preflight/bootstrap-version";
import type { CdkFlags } from "../preflight/cdk-flags";
import { credentialsRefused, isAccessDenied } from "../preflight/credential-errors";
import { callerOf, stageSession, targetOf } from "../preflight/stage-session";
import type { Stage } from "../stage";

/**
 * Credentials that may read what a stage deployed: those of CDK's lookup role, which may read everything and change
 * nothing; the caller's own where the caller may not assume it and the account is the caller's.
 *
 * @throws InputError where there are none, or where a stage of the local cloud would be looked for in AWS
 */
export async function readingSession(
  stage: Stage,
  flags: CdkFlags,
  environment: NodeJS.ProcessEnv,
): Promise<AwsSession> {
  const session = await stageSession(stage, flags, environment);
  const caller = await callerOf(session);
  const target = targetOf(stage, caller, session, flags);
  try {
    return await session.assuming(roleArn(target, "lookup-role"));
  } catch (error) {
    if (!isAccessDenied(error)) {
      throw credentialsRefused(error, session.region);
    }
    if (target.account !== caller.account) {
      throw new InputError(
        `the stage \`${stage.name}\` is in the account ${target.account}, and ${caller.arn} may not assume CDK's lookup role there`,
      );
    }
    return session;
  }
}
