import { APIGatewayClient } from "@aws-sdk/client-api-gateway";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { AwsSession } from "../preflight/aws-session";
import { compareServedDeployments } from "./served-deployment";
import { detectStackDrift } from "./stack-drift";

/** The result of comparing a stack with its template. */
export interface DriftReport {
  readonly stack: string;
  /** The differences from the template, one line each. */
  readonly differences: readonly string[];
  /** The reason why some resources could not be compared. */
  readonly failure?: string;
  /** The types that CloudFormation can't compare, each with its number of resources. */
  readonly unchecked: ReadonlyMap<string, number>;
}

/**
 * Compares a stack with its template, and the deployment that its API serves with the last one.
 *
 * Resources that a stack retains on purpose (earlier versions of the function, their permissions, a secret or logs that outlive
 * it) no longer belong to the stack and are not compared. Neither are the values of secrets, which are in no template.
 *
 * @throws InputError if the stack does not exist
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
  // CloudFormation reports a stage's deployment too, as a property.
  const others =
    served.length === 0 ? differences : differences.filter((line) => !/\/DeploymentId is/.test(line));
  return {
    stack,
    differences: [...others, ...served],
    ...(failure === undefined ? {} : { failure }),
    unchecked,
  };
}

/** The report as text. */
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
