import { InputError } from "../../lib/input-error";
import { AwsSession, cdkCredentials, cdkRegion } from "../preflight/aws-session";
import { roleArn } from "../preflight/bootstrap-version";
import type { CdkFlags } from "../preflight/cdk-flags";
import { credentialsRefused, isAccessDenied } from "../preflight/credential-errors";
import type { Stage } from "../stage";

/**
 * Credentials that may read what a stage deployed: those of CDK's lookup role, which may read everything and change
 * nothing; the caller's own where the caller may not assume it and the account is the caller's.
 *
 * @throws InputError where there are none
 */
export async function readingSession(
  stage: Stage,
  flags: CdkFlags,
  environment: NodeJS.ProcessEnv,
): Promise<AwsSession> {
  const region = stage.settings.region ?? (await cdkRegion(flags, environment));
  if (region === undefined) {
    throw new InputError(
      `no region is chosen: set \`region\` in the file of the stage \`${stage.name}\`, or AWS_REGION`,
    );
  }
  const session = new AwsSession(region, cdkCredentials(flags, environment));
  const caller = await session.caller().catch((error: unknown) => {
    throw credentialsRefused(error, region);
  });
  const account = stage.settings.account ?? caller.account;
  const partition = caller.arn.split(":")[1] ?? "aws";
  try {
    return await session.assuming(
      roleArn({ account, region, partition, qualifier: flags.qualifier }, "lookup-role"),
    );
  } catch (error) {
    if (!isAccessDenied(error)) {
      throw credentialsRefused(error, region);
    }
    if (account !== caller.account) {
      throw new InputError(
        `the stage \`${stage.name}\` is in the account ${account}, and ${caller.arn} may not assume CDK's lookup role there`,
      );
    }
    return session;
  }
}
