import { type APIGatewayClient, GetStageCommand } from "@aws-sdk/client-api-gateway";
import { type CloudFormationClient, GetTemplateCommand } from "@aws-sdk/client-cloudformation";
import type { StackResource } from "./stack-drift";

/**
 * Compares the deployment that a REST API's stage serves with the one that the stack deployed last. The deployment determines
 * which version of the authorizer is invoked and which headers are mapped, so an older one means older rules.
 *
 * @returns one line for each stage that serves another deployment or no longer exists
 */
export async function compareServedDeployments(
  cloudFormation: CloudFormationClient,
  apiGateway: APIGatewayClient,
  stack: string,
  resources: readonly StackResource[],
): Promise<string[]> {
  const stages = resources.filter(({ type }) => type === "AWS::ApiGateway::Stage");
  if (stages.length === 0) {
    return [];
  }
  const { TemplateBody = "{}" } = await cloudFormation.send(
    new GetTemplateCommand({ StackName: stack, TemplateStage: "Original" }),
  );
  const template: Template = JSON.parse(TemplateBody);
  const physical = new Map(resources.map(({ logicalId, physicalId }) => [logicalId, physicalId]));
  const lines: string[] = [];
  for (const { logicalId, physicalId: stageName } of stages) {
    const { RestApiId, DeploymentId } = template.Resources[logicalId]?.Properties ?? {};
    const api = resolved(RestApiId, physical);
    const expected = resolved(DeploymentId, physical);
    const served = await servedDeployment(apiGateway, api, stageName);
    if (served === undefined) {
      lines.push(
        `${logicalId} (AWS::ApiGateway::Stage) was deleted: the API ${api} has no stage ${stageName}`,
      );
    } else if (served !== expected) {
      lines.push(
        `${logicalId} (AWS::ApiGateway::Stage) serves the deployment ${served}; the stack deployed ${expected} last: ` +
          "the stage was rolled back, or the API was deployed by other means",
      );
    }
  }
  return lines;
}

interface Template {
  readonly Resources: Record<string, { Properties?: { RestApiId?: Reference; DeploymentId?: Reference } }>;
}

type Reference = string | { readonly Ref: string };

function resolved(reference: Reference | undefined, physical: ReadonlyMap<string, string>): string {
  return typeof reference === "object" ? (physical.get(reference.Ref) ?? reference.Ref) : (reference ?? "");
}

async function servedDeployment(
  apiGateway: APIGatewayClient,
  restApiId: string,
  stageName: string,
): Promise<string | undefined> {
  try {
    const { deploymentId = "" } = await apiGateway.send(new GetStageCommand({ restApiId, stageName }));
    return deploymentId;
  } catch (error) {
    if (error instanceof Error && error.name === "NotFoundException") {
      return undefined;
    }
    throw error;
  }
}
