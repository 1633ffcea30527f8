import type { StackResourceSummary } from "@aws-sdk/client-cloudformation";
import type { Candidate } from "./candidates";

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly [attribute: string]: unknown;
}

/**
 * Changes the stack's template so that it agrees with what the stage serves: it names the stage's deployment by its id and the
 * version of the alias by its number, or by reference if the template contains them. The alias gets no update policy, so that
 * CloudFormation does not let CodeDeploy repeat the shift.
 *
 * The next template that CDK deploys has none of these changes.
 *
 * @param text the template as deployed by CDK or as returned by this function
 * @returns the same text if nothing differs
 * @throws SyntaxError if the template is not JSON
 */
export function templateServing(
  text: string,
  resources: readonly StackResourceSummary[],
  candidate: Candidate,
): string {
  const template: { Resources: Record<string, Resource> } = JSON.parse(text);
  const held = (type: string, matches: (physicalId: string) => boolean) =>
    resources.find(
      ({ ResourceType, PhysicalResourceId = "", LogicalResourceId = "" }) =>
        ResourceType === type &&
        matches(PhysicalResourceId) &&
        template.Resources[LogicalResourceId]?.Type === type,
    )?.LogicalResourceId;

  const changes: Record<string, Resource> = {};
  const deployment = held("AWS::ApiGateway::Deployment", (id) => id === candidate.deploymentId);
  const stage = held("AWS::ApiGateway::Stage", () => true);
  if (stage !== undefined) {
    changes[stage] = withProperty(
      template.Resources[stage],
      "DeploymentId",
      deployment === undefined ? candidate.deploymentId : { Ref: deployment },
    );
  }
  const { alias } = candidate;
  const aliasId =
    alias && held("AWS::Lambda::Alias", (arn) => arn === alias.name || arn.endsWith(`:${alias.name}`));
  if (aliasId !== undefined) {
    const version = held("AWS::Lambda::Version", (arn) => arn.endsWith(`:${candidate.version}`));
    const { UpdatePolicy, ...kept } = withProperty(
      template.Resources[aliasId],
      "FunctionVersion",
      version === undefined ? String(candidate.version) : { "Fn::GetAtt": [version, "Version"] },
    );
    changes[aliasId] = kept;
  }
  const before = JSON.stringify(template);
  const after = JSON.stringify({ ...template, Resources: { ...template.Resources, ...changes } });
  return before === after ? text : after;
}

function withProperty(resource: Resource | undefined, name: string, value: unknown): Resource {
  return { Type: "", ...resource, Properties: { ...resource?.Properties, [name]: value } };
}
