import type { StackResourceSummary } from "@aws-sdk/client-cloudformation";
import type { Candidate } from "./candidates";

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly [attribute: string]: unknown;
}

/**
 * The stack's template as it has to be for CloudFormation to agree with what the stage serves: the stage's deployment is
 * named by its id, and the version of the alias by its number, except where they are the template's own. The alias is
 * without its update policy, so that CloudFormation does not let CodeDeploy shift what is shifted already.
 *
 * The next template that CDK deploys has all of that as it always was.
 *
 * @param text the template, as CDK deployed it or as this function has written it
 * @returns the same text where nothing differs
 * @throws SyntaxError where the template is not JSON
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
