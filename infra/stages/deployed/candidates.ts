import { InputError } from "../../lib/input-error";
import { nearMiss } from "../../lib/near-miss";
import type { ApiDeployment, FunctionAlias, StageInAws } from "./stage-in-aws";

/** A deployment of the API together with the version that decides its requests: what a stage serves, or could. */
export interface Candidate {
  /** What people name it by: the deployment's id, and behind a `/` the version where an alias chooses it. */
  readonly id: string;
  readonly deploymentId: string;
  readonly version: number;
  /** The alias through which the deployment calls the version; nothing where it calls the version itself. */
  readonly alias: FunctionAlias | undefined;
  /** Since when there has been such a pair. */
  readonly since: Date;
  readonly served: boolean;
  /** What of it is gone: it can be served where this is empty. */
  readonly missing: readonly string[];
}

/**
 * Every pair of a deployment and a version that the stage serves or could serve, newest first.
 *
 * Behind an alias are only versions of one contract of headers, which is the contract of the deployments that call it.
 * Deployments whose description is not one of the stack's own are left out.
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

/** The one that the stage serves; nothing where somebody else made it. */
export function servedOf(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.find(({ served }) => served);
}

/**
 * The newest one that is older than what the stage serves.
 *
 * @throws InputError where there is none
 */
export function previousOf(candidates: readonly Candidate[], stageName: string): Candidate {
  const servedAt = candidates.findIndex(({ served }) => served);
  if (servedAt === -1) {
    throw new InputError(
      `the stage \`${stageName}\` serves a deployment that was not made by its stack: name with TO= what to serve ` +
        `instead: ${named(candidates)}`,
    );
  }
  const previous = candidates[servedAt + 1];
  if (previous === undefined) {
    throw new InputError(
      `there is nothing to go back to: nothing older than what the stage \`${stageName}\` serves is kept ` +
        "(`rollout.keepVersions` says how many deploys are)",
    );
  }
  return previous;
}

/**
 * The one of an id.
 *
 * @throws InputError where there is none
 */
export function candidateOf(candidates: readonly Candidate[], id: string, stageName: string): Candidate {
  const found = candidates.find((one) => one.id === id);
  if (found === undefined) {
    const meant = nearMiss(
      id,
      candidates.map((one) => one.id),
    );
    const hint = meant === undefined ? `there is ${named(candidates)}` : `did you mean \`${meant}\`?`;
    throw new InputError(
      `the stage \`${stageName}\` has no deployment \`${id}\` that it could serve; ${hint}`,
    );
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
