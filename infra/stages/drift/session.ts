import { InputError } from "../../lib/input-error";
import type { AwsSession } from "../preflight/aws-session";
import { roleArn } from "../preflight/bootstrap-version";
import type { CdkFlags } from "../preflight/cdk-flags";
import { credentialsRefused, isAccessDenied } from "../preflight/credential-errors";
import { callerOf, stageSession, targetOf } from "../preflight/stage-session";
import type { Stage } from "../stage";

/**
 * A session that may read a stage's resources: with CDK's lookup role, which may read everything and change nothing, or with
 * the caller's own credentials if the caller may not assume that role and the account is the caller's.
 *
 * @throws InputError if there are no credentials, or if a stage of the local cloud would be looked up in AWS
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
        `the stage \`${stage.name}\` is in the account ${target.account}, where ${caller.arn} may not assume CDK's lookup role: use credentials of that account, or bootstrap it with \`--trust\``,
      );
    }
    return session;
  }
}
