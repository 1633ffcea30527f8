import { InputError } from "../../lib/input-error";
import { nearMiss } from "../../lib/near-miss";
import type { ApiDeployment, FunctionAlias, StageInAws } from "./stage-in-aws";

/** A deployment of the API together with the version that decides its requests, which a stage serves or could serve. */
export interface Candidate {
  /** The name that users give: the deployment's id, and after a `/` the version if an alias selects it. */
  readonly id: string;
  readonly deploymentId: string;
  readonly version: number;
  /** The alias by which the deployment invokes the version; `undefined` if it invokes the version directly. */
  readonly alias: FunctionAlias | undefined;
  /** The time at which both existed first. */
  readonly since: Date;
  readonly served: boolean;
  /** The parts of it that no longer exist: if there are any, it can't be served. */
  readonly missing: readonly string[];
}

/**
 * Every pair of a deployment and a version that the stage serves or could serve, newest first.
 *
 * An alias has only versions of one header contract, which is the contract of the deployments that invoke it.
 * Deployments that the stack did not create are left out.
 */
export function candidatesOf(stage: StageInAws): Candidate[] {
  const found = stage.deployments.flatMap((deployment) => {
    const { called } = deployment;
    if (called === undefined) {
      return [];
    }
    const alias = stage.aliases.find(({ name }) => name === called.qualifier);
    if (/^\d+$/.test(called.qualifier)) {
      return [candidate(stage, deployment, Number(called.qualifier), undefined)];
    }
    if (alias === undefined) {
      return [];
    }
    const served = deployment.id === stage.servedId;
    const others =
      served && alias.contract !== undefined
        ? stage.versions.filter(
            ({ contract, number }) => contract === alias.contract && number !== alias.version,
          )
        : [];
    return [alias.version, ...others.map(({ number }) => number)].map((version) =>
      candidate(stage, deployment, version, alias),
    );
  });
  return found.sort((one, other) => +other.since - +one.since || other.version - one.version);
}

/** The candidate that the stage serves; `undefined` if the stack did not create the served deployment. */
export function servedOf(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.find(({ served }) => served);
}

/**
 * The newest candidate that is older than what the stage serves.
 *
 * @throws InputError if there is none
 */
export function previousOf(candidates: readonly Candidate[], stageName: string): Candidate {
  const servedAt = candidates.findIndex(({ served }) => served);
  if (servedAt === -1) {
    throw new InputError(
      `the stage \`${stageName}\` serves a deployment that its stack did not create: set TO= to the one to serve ` +
        `instead: ${named(candidates)}`,
    );
  }
  const previous = candidates[servedAt + 1];
  if (previous === undefined) {
    throw new InputError(
      `there is nothing to roll back to: no deployment older than the one that the stage \`${stageName}\` serves is kept ` +
        "(`rollout.keepVersions` sets how many are)",
    );
  }
  return previous;
}

/**
 * The candidate with an id.
 *
 * @throws InputError if there is none
 */
export function candidateOf(candidates: readonly Candidate[], id: string, stageName: string): Candidate {
  const found = candidates.find((one) => one.id === id);
  if (found === undefined) {
    const meant = nearMiss(
      id,
      candidates.map((one) => one.id),
    );
    const hint =
      meant === undefined ? `the candidates are ${named(candidates)}` : `did you mean \`${meant}\`?`;
    throw new InputError(`the stage \`${stageName}\` has no deployment \`${id}\`; ${hint}`);
  }
  return found;
}

function candidate(
  stage: StageInAws,
  deployment: ApiDeployment,
  version: number,
  alias: FunctionAlias | undefined,
): Candidate {
  const published = stage.versions.find(({ number }) => number === version);
  const authorizer = stage.authorizers.get(deployment.called?.authorizerId ?? "");
  const { functionName = "", qualifier = "", authorizerId = "" } = deployment.called ?? {};
  return {
    id: alias === undefined ? deployment.id : `${deployment.id}/${version}`,
    deploymentId: deployment.id,
    version,
    alias,
    since: new Date(Math.max(+deployment.created, alias === undefined ? 0 : +(published?.published ?? 0))),
    served: deployment.id === stage.servedId && (alias === undefined || alias.version === version),
    missing: [
      ...(published === undefined || functionName !== stage.functionName
        ? [`version ${version} of ${functionName}`]
        : []),
      ...(authorizer?.includes(`:function:${functionName}:${qualifier}/`)
        ? []
        : [`the authorizer ${authorizerId}`]),
    ],
  };
}

function named(candidates: readonly Candidate[]): string {
  return candidates.length === 0 ? "none" : candidates.map(({ id }) => `\`${id}\``).join(", ");
}
