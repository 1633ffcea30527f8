import { APIGatewayClient } from "@aws-sdk/client-api-gateway";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { InputError } from "../../lib/input-error";
import type { CdkFlags } from "../preflight/cdk-flags";
import { isAccessDenied } from "../preflight/credential-errors";
import { callerOf, otherAccount, stageSession, targetOf } from "../preflight/stage-session";
import type { Stage } from "../stage";

/** The services that a stage is changed with, besides CDK. */
export interface ControlPlane {
  readonly apiGateway: APIGatewayClient;
  readonly cloudFormation: CloudFormationClient;
  readonly lambda: LambdaClient;
  /** The account and region, for sentences. */
  readonly place: string;
}

/**
 * The services of the stage's account and region, with the credentials that CDK's command line would use.
 *
 * @throws InputError where there are no such credentials, or they are of another account
 */
export async function controlPlaneOf(
  stage: Stage,
  flags: CdkFlags,
  environment: NodeJS.ProcessEnv,
): Promise<ControlPlane> {
  const session = await stageSession(stage, flags, environment);
  const caller = await callerOf(session);
  const { account, region } = targetOf(stage, caller, session, flags);
  if (account !== caller.account) {
    throw new InputError(`${otherAccount(stage, caller)}: use credentials of ${account}`);
  }
  return {
    apiGateway: new APIGatewayClient(session.config),
    cloudFormation: new CloudFormationClient(session.config),
    lambda: new LambdaClient(session.config),
    place: `account ${account}, region ${region}`,
  };
}

/**
 * Why AWS did not do as it was told; an error of another origin stays what it is.
 *
 * @param doing what was under way, such as `rollback of the stage dev`
 */
export function refusedByAws(error: unknown, doing: string): unknown {
  if (!(error instanceof Error && "$metadata" in error)) {
    return error;
  }
  const said = `${error.name}: ${error.message}`;
  return isAccessDenied(error)
    ? new InputError(
        `AWS denies a step of the ${doing}: ${said}\nthe rights that it needs are listed in docs/rollout.md`,
      )
    : new InputError(`AWS refuses a step of the ${doing}: ${said}`);
}
