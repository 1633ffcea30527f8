import {
  type Authorizer,
  type Deployment,
  GetAuthorizersCommand,
  GetStagesCommand,
  paginateGetDeployments,
} from "@aws-sdk/client-api-gateway";
import {
  paginateListStackResources,
  type Stack,
  type StackResourceSummary,
} from "@aws-sdk/client-cloudformation";
import {
  GetPolicyCommand,
  paginateListAliases,
  paginateListVersionsByFunction,
} from "@aws-sdk/client-lambda";
import { InputError } from "../../lib/input-error";
import { describedContract } from "../../lib/rollout/contract-description";
import { type CalledFunction, calledFunction } from "../../lib/rollout/deployment-description";
import { allOf } from "../all-pages";
import { stackInAws } from "../stack-in-aws";
import type { ControlPlane } from "./control-plane";

/** The most authorizers that API Gateway lists at once; an API has at most ten unless its quota was raised. */
const MAX_AUTHORIZERS = 500;

/** A deployment of the stage's API. */
export interface ApiDeployment {
  readonly id: string;
  readonly created: Date;
  /** The function that it invokes; `undefined` for a deployment that the stack did not create. */
  readonly called: CalledFunction | undefined;
}

/** A published version of the function that decides. */
export interface PublishedVersion {
  readonly number: number;
  readonly published: Date;
  /** The digest of its header contract; `undefined` for versions from before such digests. */
  readonly contract: string | undefined;
}

/** An alias of the function. */
export interface FunctionAlias {
  readonly name: string;
  readonly version: number;
  /** The digest of its header contract; `undefined` for an alias that the stack did not create. */
  readonly contract: string | undefined;
  /** The versions that also receive requests while CodeDeploy shifts them. */
  readonly alsoServes: readonly number[];
}

/** The state of a stage in AWS. */
export interface StageInAws {
  readonly stackName: string;
  readonly stackStatus: string;
  readonly resources: readonly StackResourceSummary[];
  readonly apiId: string;
  readonly stageName: string;
  readonly functionName: string;
  /** The id of the deployment that the stage serves. */
  readonly servedId: string;
  /** The ids of the deployments that other stages of the API serve, which the stack did not create. */
  readonly servedElsewhere: readonly string[];
  readonly deployments: readonly ApiDeployment[];
  /** The URI of each authorizer, by the authorizer's id. */
  readonly authorizers: ReadonlyMap<string, string>;
  readonly versions: readonly PublishedVersion[];
  readonly aliases: readonly FunctionAlias[];
}

/**
 * Reads the state of a stage in AWS.
 *
 * @throws InputError if the stage is not deployed or has no REST API
 * @throws any other error of AWS
 */
export async function readStageInAws(
  control: ControlPlane,
  stackName: string,
  stageName: string,
): Promise<StageInAws> {
  const stack = await stackInAws(control.cloudFormation, stackName);
  if (stack === undefined) {
    throw new InputError(`the stage is not deployed: there is no stack ${stackName} in ${control.place}`);
  }
  const { ApiId: apiId, AuthorizerFunctionName: functionName } = outputsOf(stack);
  const resources = await allOf(
    paginateListStackResources({ client: control.cloudFormation }, { StackName: stackName }),
    (page) => page.StackResourceSummaries,
  );
  const hasStage = resources.some(({ ResourceType: type }) => type === "AWS::ApiGateway::Stage");
  if (apiId === undefined || functionName === undefined || !hasStage) {
    throw new InputError(
      `the stack ${stackName} has no REST API whose deployments can be switched, or its first deploy failed`,
    );
  }
  const [stages, deployments, authorizers, versions, aliases] = await Promise.all([
    control.apiGateway.send(new GetStagesCommand({ restApiId: apiId })),
    allOf(
      paginateGetDeployments({ client: control.apiGateway }, { restApiId: apiId, limit: 500 }),
      (p) => p.items,
    ),
    control.apiGateway.send(new GetAuthorizersCommand({ restApiId: apiId, limit: MAX_AUTHORIZERS })),
    allOf(
      paginateListVersionsByFunction({ client: control.lambda }, { FunctionName: functionName }),
      (page) => page.Versions,
    ),
    allOf(
      paginateListAliases({ client: control.lambda }, { FunctionName: functionName }),
      (page) => page.Aliases,
    ),
  ]);
  const served = (stages.item ?? []).map((stage) => [stage.stageName, stage.deploymentId ?? ""] as const);
  const servedId = served.find(([name]) => name === stageName)?.[1];
  if (servedId === undefined) {
    throw new InputError(`the API ${apiId} of the stack ${stackName} has no stage \`${stageName}\``);
  }
  return {
    stackName,
    stackStatus: stack.StackStatus ?? "",
    resources,
    apiId,
    stageName,
    functionName,
    servedId,
    servedElsewhere: served.filter(([name]) => name !== stageName).map(([, id]) => id),
    deployments: deployments.map(asDeployment),
    authorizers: new Map((authorizers.items ?? []).map(asAuthorizer)),
    versions: versions
      .filter(({ Version: number }) => number !== "$LATEST")
      .map((version) => ({
        number: Number(version.Version),
        published: new Date(version.LastModified ?? 0),
        contract: describedContract(version.Description),
      })),
    aliases: aliases.map((alias) => ({
      name: alias.Name ?? "",
      version: Number(alias.FunctionVersion),
      contract: describedContract(alias.Description),
      alsoServes: Object.keys(alias.RoutingConfig?.AdditionalVersionWeights ?? {}).map(Number),
    })),
  };
}

/** Whether API Gateway may invoke the function for an authorizer; not if the version no longer exists. */
export async function mayCall(
  control: ControlPlane,
  stage: StageInAws,
  called: CalledFunction,
): Promise<boolean> {
  try {
    const { Policy: policy = "" } = await control.lambda.send(
      new GetPolicyCommand({ FunctionName: called.functionName, Qualifier: called.qualifier }),
    );
    return policy.includes(`${stage.apiId}/authorizers/${called.authorizerId}"`);
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") {
      return false;
    }
    throw error;
  }
}

function outputsOf(stack: Stack): Record<string, string | undefined> {
  return Object.fromEntries(
    (stack.Outputs ?? []).map(({ OutputKey: key, OutputValue: value }) => [key, value]),
  );
}

function asDeployment({ id = "", createdDate, description }: Deployment): ApiDeployment {
  return { id, created: createdDate ?? new Date(0), called: calledFunction(description) };
}

function asAuthorizer({ id = "", authorizerUri = "" }: Authorizer): [string, string] {
  return [id, authorizerUri];
}
