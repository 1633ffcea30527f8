import { InputError } from "../../lib/input-error";
import type { Stage } from "../stage";
import { AwsSession, type Caller, cdkCredentials, cdkRegion } from "./aws-session";
import type { Target } from "./bootstrap-version";
import type { CdkFlags } from "./cdk-flags";
import { credentialsRefused } from "./credential-errors";

/**
 * A session for a stage's account and region, with the credentials that CDK's command line would use. Sends no request yet.
 *
 * @throws InputError if no region is configured, or if a stage of the local cloud would be looked up in AWS
 */
export async function stageSession(
  { name, settings }: Stage,
  flags: CdkFlags,
  environment: NodeJS.ProcessEnv,
): Promise<AwsSession> {
  if (settings.awsEndpointUrl !== undefined && !environment.AWS_ENDPOINT_URL) {
    throw new InputError(
      `the stage \`${name}\` is for the local cloud at ${settings.awsEndpointUrl}, but AWS_ENDPOINT_URL is not ` +
        'set, so the request would go to AWS itself: run `eval "$(.venv/bin/python -m local.cloud env)"`',
    );
  }
  const region = settings.region ?? (await cdkRegion(flags, environment));
  if (region === undefined) {
    throw new InputError(
      `no region is configured: set \`region\` in the file of the stage \`${name}\`, or AWS_REGION`,
    );
  }
  return new AwsSession(region, cdkCredentials(flags, environment));
}

/**
 * The identity of a session's caller.
 *
 * @throws InputError if AWS does not accept the credentials
 */
export async function callerOf(session: AwsSession): Promise<Caller> {
  try {
    return await session.caller();
  } catch (error) {
    throw credentialsRefused(error, session.region);
  }
}

/** The environment that a stage is deployed to: the account is the one in its settings, or else the caller's. */
export function targetOf(
  { settings }: Stage,
  caller: Caller,
  { region }: Pick<AwsSession, "region">,
  { qualifier }: CdkFlags,
): Target {
  const partition = caller.arn.split(":")[1] ?? "aws";
  return { account: settings.account ?? caller.account, region, partition, qualifier };
}

/** The message about credentials of another account than the stage's. */
export function otherAccount({ name, settings }: Stage, caller: Caller): string {
  return `the stage \`${name}\` is in the account ${settings.account}, but the credentials belong to ${caller.account} (${caller.arn})`;
}
