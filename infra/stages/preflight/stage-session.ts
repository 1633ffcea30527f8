import { InputError } from "../../lib/input-error";
import type { Stage } from "../stage";
import { AwsSession, type Caller, cdkCredentials, cdkRegion } from "./aws-session";
import type { Target } from "./bootstrap-version";
import type { CdkFlags } from "./cdk-flags";
import { credentialsRefused } from "./credential-errors";

/**
 * Requests to where a stage is deployed, with the credentials that CDK's command line would use. Nothing is sent yet.
 *
 * @throws InputError where nobody chose a region, or where a stage of the local cloud would be looked for in AWS
 */
export async function stageSession(
  { name, settings }: Stage,
  flags: CdkFlags,
  environment: NodeJS.ProcessEnv,
): Promise<AwsSession> {
  if (settings.awsEndpointUrl !== undefined && !environment.AWS_ENDPOINT_URL) {
    throw new InputError(
      `the stage \`${name}\` is for the local cloud at ${settings.awsEndpointUrl}, and AWS_ENDPOINT_URL is not ` +
        'set, so the request would go to AWS itself: `eval "$(.venv/bin/python -m local.cloud env)"`',
    );
  }
  const region = settings.region ?? (await cdkRegion(flags, environment));
  if (region === undefined) {
    throw new InputError(
      `no region is chosen: set \`region\` in the file of the stage \`${name}\`, or AWS_REGION`,
    );
  }
  return new AwsSession(region, cdkCredentials(flags, environment));
}

/**
 * Whose credentials a session has.
 *
 * @throws InputError where AWS does not take them
 */
export async function callerOf(session: AwsSession): Promise<Caller> {
  try {
    return await session.caller();
  } catch (error) {
    throw credentialsRefused(error, session.region);
  }
}

/** Where a stage is deployed: in the account that it names, else in the caller's. */
export function targetOf(
  { settings }: Stage,
  caller: Caller,
  { region }: Pick<AwsSession, "region">,
  { qualifier }: CdkFlags,
): Target {
  const partition = caller.arn.split(":")[1] ?? "aws";
  return { account: settings.account ?? caller.account, region, partition, qualifier };
}

/** What is wrong with credentials of another account than the stage's. */
export function otherAccount({ name, settings }: Stage, caller: Caller): string {
  return `the stage \`${name}\` names the account ${settings.account}, the credentials are of ${caller.account} (${caller.arn})`;
}
