import { APIGatewayClient } from "@aws-sdk/client-api-gateway";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { InputError } from "../../lib/input-error";
import type { CdkFlags } from "../preflight/cdk-flags";
import { isAccessDenied } from "../preflight/credential-errors";
import { callerOf, otherAccount, stageSession, targetOf } from "../preflight/stage-session";
import type { Stage } from "../stage";

/** The AWS services that change a stage outside of CDK. */
export interface ControlPlane {
  readonly apiGateway: APIGatewayClient;
  readonly cloudFormation: CloudFormationClient;
  readonly lambda: LambdaClient;
  /** The account and region, for messages. */
  readonly place: string;
}

/**
 * Clients of the services in the stage's account and region, with the credentials that CDK's command line would use.
 *
 * @throws InputError if there are no credentials, or if they belong to another account
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
 * Turns an error of AWS into an `InputError`; any other error is returned unchanged.
 *
 * @param operation the operation that failed, such as `rollback of the stage dev`
 */
export function refusedByAws(error: unknown, operation: string): unknown {
  if (!(error instanceof Error && "$metadata" in error)) {
    return error;
  }
  const message = `${error.name}: ${error.message}`;
  return isAccessDenied(error)
    ? new InputError(
        `AWS denied a step of the ${operation}: ${message}\nthe rights that it needs are listed in docs/rollout.md`,
      )
    : new InputError(`a step of the ${operation} failed: ${message}`);
}
