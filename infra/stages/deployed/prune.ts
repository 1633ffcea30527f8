import { DeleteAuthorizerCommand, DeleteDeploymentCommand } from "@aws-sdk/client-api-gateway";
import { DeleteAliasCommand, DeleteFunctionCommand } from "@aws-sdk/client-lambda";
import { InputError } from "../../lib/input-error";
import { candidatesOf } from "./candidates";
import type { ControlPlane } from "./control-plane";
import { readStageInAws, type StageInAws } from "./stage-in-aws";

/** The resources of a stage that are older than those that are kept. */
export interface Surplus {
  readonly deployments: readonly string[];
  readonly authorizers: readonly string[];
  readonly aliases: readonly string[];
  readonly versions: readonly number[];
}

/**
 * Finds the deployments, authorizers, aliases and versions of a stage that can be deleted.
 *
 * Kept are: what any stage of the API serves, what the stack's template contains, the newest others, and what all of these need;
 * aliases that the stack did not create, and the versions of all aliases that are kept. The newest versions are kept even if no
 * deployment is known to invoke them: a part of API Gateway may still serve a deleted one.
 *
 * @param keep the number of candidates to keep besides the served ones
 * @throws InputError if the stack did not create a served deployment, so that it is not known what it needs
 */
export function surplusOf(stage: StageInAws, keep: number): Surplus {
  const served = [stage.servedId, ...stage.servedElsewhere];
  const unknown = served.find((id) => stage.deployments.find((one) => one.id === id)?.called === undefined);
  if (unknown !== undefined) {
    throw new InputError(
      `nothing was deleted: the API ${stage.apiId} serves the deployment ${unknown}, which the stack ${stage.stackName} ` +
        "did not create, so it is not known what that deployment needs",
    );
  }
  const held = heldByStack(stage);
  const candidates = candidatesOf(stage);
  const isServed = ({ deploymentId, served: now }: (typeof candidates)[number]) =>
    now || stage.servedElsewhere.includes(deploymentId);
  const kept = [...candidates.filter(isServed), ...candidates.filter((one) => !isServed(one)).slice(0, keep)];
  const keptDeployments = new Set([...kept.map((one) => one.deploymentId), ...held]);
  const staying = stage.deployments.filter(
    ({ id, called }) => called === undefined || keptDeployments.has(id),
  );
  const needed = staying.flatMap(({ called }) => (called === undefined ? [] : [called]));

  const authorizers = [...stage.authorizers]
    .filter(([, uri]) => uri.includes(`:function:${stage.functionName}:`))
    .map(([id]) => id)
    .filter((id) => !held.has(id) && !needed.some(({ authorizerId }) => authorizerId === id));
  const stayingAliases = stage.aliases.filter(
    ({ name, contract }) =>
      contract === undefined || held.has(name) || needed.some(({ qualifier }) => qualifier === name),
  );
  const newest = stage.versions.map(({ number }) => number).sort((one, other) => other - one);
  const keptVersions = new Set([
    ...kept.map(({ version }) => version),
    ...stayingAliases.flatMap(({ version, alsoServes }) => [version, ...alsoServes]),
    ...needed.map(({ qualifier }) => Number(qualifier)),
    ...newest.slice(0, keep + 1),
  ]);
  return {
    deployments: stage.deployments.filter((one) => !staying.includes(one)).map(({ id }) => id),
    authorizers,
    aliases: stage.aliases.filter((alias) => !stayingAliases.includes(alias)).map(({ name }) => name),
    versions: newest.filter((number) => !keptVersions.has(number) && !held.has(String(number))).reverse(),
  };
}

/**
 * Deletes what is older than the deploys that are kept.
 *
 * The order of deletion never leaves a resource that needs a deleted one, so the command can be repeated after a failure.
 *
 * @param dryRun report what would be deleted, and delete nothing
 * @returns what was deleted, one line for each kind of resource
 * @throws InputError if the stack is being changed, or if `surplusOf` can't decide
 */
export async function prune(
  control: ControlPlane,
  stackName: string,
  stageName: string,
  keep: number,
  dryRun: boolean,
): Promise<string[]> {
  if (keep === 0) {
    return [
      `nothing to delete: the stage ${stageName} keeps no earlier deployments (\`rollout.keepVersions\` is 0)`,
    ];
  }
  const stage = await readStageInAws(control, stackName, stageName);
  if (!stage.stackStatus.endsWith("_COMPLETE")) {
    throw new InputError(
      `nothing was deleted: the stack ${stackName} is ${stage.stackStatus} and may still need old resources`,
    );
  }
  const surplus = surplusOf(stage, keep);
  if (!dryRun) {
    for (const deploymentId of surplus.deployments) {
      await control.apiGateway.send(new DeleteDeploymentCommand({ restApiId: stage.apiId, deploymentId }));
    }
    for (const authorizerId of surplus.authorizers) {
      await control.apiGateway.send(new DeleteAuthorizerCommand({ restApiId: stage.apiId, authorizerId }));
    }
    for (const Name of surplus.aliases) {
      await control.lambda.send(new DeleteAliasCommand({ FunctionName: stage.functionName, Name }));
    }
    for (const version of surplus.versions) {
      await control.lambda.send(
        new DeleteFunctionCommand({ FunctionName: stage.functionName, Qualifier: String(version) }),
      );
    }
  }
  const lines = Object.entries(surplus)
    .filter(([, ids]) => ids.length > 0)
    .map(([kind, ids]) => `${dryRun ? "would be deleted" : "deleted"}: ${kind} ${ids.join(", ")}`);
  return lines.length > 0
    ? lines
    : [
        `nothing to delete: the stage ${stageName} has at most ${keep} deployments besides the one that it serves`,
      ];
}

/** The ids of deployments and authorizers, the names of aliases and the numbers of versions in the stack. */
function heldByStack(stage: StageInAws): Set<string> {
  return new Set(
    stage.resources.flatMap(({ ResourceType: type = "", PhysicalResourceId: id = "" }) => {
      switch (type) {
        case "AWS::ApiGateway::Deployment":
        case "AWS::ApiGateway::Authorizer":
          return [id];
        case "AWS::Lambda::Alias":
        case "AWS::Lambda::Version":
          // The last part of their ARN.
          return id.split(":").slice(-1);
        default:
          return [];
      }
    }),
  );
}
