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

/** Authorizers that API Gateway lists at once; an API has ten unless its quota was raised. */
const MAX_AUTHORIZERS = 500;

/** A deployment of the stage's API. */
export interface ApiDeployment {
  readonly id: string;
  readonly created: Date;
  /** What it calls; nothing for a deployment that the stack has not made. */
  readonly called: CalledFunction | undefined;
}

/** A published version of the function that decides. */
export interface PublishedVersion {
  readonly number: number;
  readonly published: Date;
  /** The digest of its contract of headers; nothing for versions that are older than such digests. */
  readonly contract: string | undefined;
}

/** An alias of the function. */
export interface FunctionAlias {
  readonly name: string;
  readonly version: number;
  /** The digest of its contract of headers; nothing for an alias that the stack has not made. */
  readonly contract: string | undefined;
  /** The versions that some requests go to while CodeDeploy shifts them. */
  readonly alsoServes: readonly number[];
}

/** What AWS has of a stage. */
export interface StageInAws {
  readonly stackName: string;
  readonly stackStatus: string;
  readonly resources: readonly StackResourceSummary[];
  readonly apiId: string;
  readonly stageName: string;
  readonly functionName: string;
  /** The id of the deployment that the stage serves. */
  readonly servedId: string;
  /** The ids of those that other stages of the API serve, made by hand. */
  readonly servedElsewhere: readonly string[];
  readonly deployments: readonly ApiDeployment[];
  /** The URI that each authorizer calls, by the authorizer's id. */
  readonly authorizers: ReadonlyMap<string, string>;
  readonly versions: readonly PublishedVersion[];
  readonly aliases: readonly FunctionAlias[];
}

/**
 * Reads what AWS has of a stage.
 *
 * @throws InputError where the stage is not deployed, or is no REST API
 * @throws whatever AWS answers besides
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
      `the stack ${stackName} has no REST API whose deployments could be switched, or its first deploy has failed`,
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

/** Whether API Gateway may call the function for an authorizer; nobody may where the version is gone. */
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
