import { APIGatewayClient } from "@aws-sdk/client-api-gateway";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { AwsSession } from "../preflight/aws-session";
import { compareServedDeployments } from "./served-deployment";
import { detectStackDrift } from "./stack-drift";

/** What is known of a stack after it was compared with its template. */
export interface DriftReport {
  readonly stack: string;
  /** What is not as the template says, a line each. */
  readonly differences: readonly string[];
  /** Why some of it could not be compared. */
  readonly failure?: string;
  /** Types that CloudFormation can't compare, each with how many resources of it there are. */
  readonly unchecked: ReadonlyMap<string, number>;
}

/**
 * Compares a stack with its template, and what its API serves with what was deployed last.
 *
 * What a stack retains on purpose (earlier versions of the function, their permissions, a secret or logs that outlive it)
 * is no longer the stack's, so it is compared with nothing; values of secrets are in no template.
 *
 * @throws InputError where there is no such stack
 */
export async function findDrift(session: AwsSession, stack: string): Promise<DriftReport> {
  const cloudFormation = new CloudFormationClient(session.config);
  const apiGateway = new APIGatewayClient(session.config);
  const { differences, failure, resources } = await detectStackDrift(cloudFormation, stack);
  const served = await compareServedDeployments(cloudFormation, apiGateway, stack, resources);
  const unchecked = new Map<string, number>();
  for (const { type, checked } of resources) {
    if (!checked) {
      unchecked.set(type, (unchecked.get(type) ?? 0) + 1);
    }
  }
  // CloudFormation says the same of a stage's deployment, in the words of its property.
  const others =
    served.length === 0 ? differences : differences.filter((line) => !/\/DeploymentId is/.test(line));
  return {
    stack,
    differences: [...others, ...served],
    ...(failure === undefined ? {} : { failure }),
    unchecked,
  };
}

/** A report for people. */
export function driftText({ stack, differences, failure, unchecked }: DriftReport): string {
  const kinds = [...unchecked].sort().map(([type, count]) => (count === 1 ? type : `${type} (${count})`));
  const lines = [
    differences.length === 0
      ? `${stack} is as it was deployed`
      : `${stack} is not as it was deployed:\n${differences.map((line) => `  ${line}`).join("\n")}`,
    ...(failure === undefined ? [] : [`not all of ${stack} could be compared: ${failure}`]),
    ...(kinds.length === 0 ? [] : [`not compared, since CloudFormation can't: ${kinds.join(", ")}`]),
  ];
  return `${lines.join("\n")}\n`;
}
