import { calledFunction, deploymentDescription } from "../lib/rollout/deployment-description";
import type { StageInAws } from "../stages/deployed/stage-in-aws";

/** The function's name. */
export const FUNCTION = "gate";

type Qualifier = number | string;

/** A stage in few words: version 7 is called by the deployment `d7` through the authorizer `a7`. */
export interface StageInWords {
  readonly versions: readonly number[];
  /** Qualifiers that deployments call. @default one for each alias of a contract, else one for each version */
  readonly deployments?: readonly Qualifier[];
  readonly contracts?: Readonly<Record<number, string>>;
  readonly aliases?: Readonly<Record<string, { version: number; contract?: string; also?: number }>>;
  readonly withoutAuthorizers?: readonly Qualifier[];
  /** Whose deployment the stage serves; `hand` is one that was made by hand. */
  readonly served: Qualifier;
  readonly elsewhere?: Qualifier;
  /** Whose resources the template has. */
  readonly ofStack?: Qualifier;
  /** Whether there is a deployment that somebody made by hand. */
  readonly byHand?: boolean;
}

/** A stage as it is read from AWS. */
export function stageInAws(words: StageInWords): StageInAws {
  const {
    versions,
    contracts = {},
    aliases = {},
    withoutAuthorizers = [],
    served,
    elsewhere,
    ofStack,
  } = words;
  const ours = Object.entries(aliases).filter(([, { contract }]) => contract !== undefined);
  const called: readonly Qualifier[] =
    words.deployments ?? (ours.length > 0 ? ours.map(([name]) => name) : versions);
  const versionOf = (qualifier: Qualifier) =>
    typeof qualifier === "number" ? qualifier : (aliases[qualifier]?.version ?? 0);
  const idOf = (qualifier: Qualifier) => (qualifier === "hand" ? "hand" : `d${qualifier}`);
  // An alias and its deployment are as old as the first version of the contract.
  const firstOf = (qualifier: Qualifier) =>
    typeof qualifier === "number"
      ? qualifier
      : Math.min(...versions.filter((number) => contracts[number] === aliases[qualifier]?.contract));
  const everCalled = [...new Set<Qualifier>([...called, ...(ours.length > 0 ? [] : versions)])];
  const resource = (type: string, LogicalResourceId: string, PhysicalResourceId: string) => ({
    ResourceType: `AWS::${type}`,
    LogicalResourceId,
    PhysicalResourceId,
    LastUpdatedTimestamp: undefined,
    ResourceStatus: undefined,
  });
  return {
    stackName: "oathgate-dev",
    stackStatus: "UPDATE_COMPLETE",
    resources: [
      resource("ApiGateway::Stage", "Stage", "dev"),
      ...(ofStack === undefined
        ? []
        : [
            resource("ApiGateway::Deployment", "Deployment7", idOf(ofStack)),
            resource("ApiGateway::Authorizer", "Authorizer7", `a${ofStack}`),
            resource(
              "Lambda::Version",
              "Version7",
              `arn:aws:lambda:::function:${FUNCTION}:${versionOf(ofStack)}`,
            ),
            ...(typeof ofStack === "number"
              ? []
              : [resource("Lambda::Alias", "Live", `arn:aws:lambda:::function:${FUNCTION}:${ofStack}`)]),
          ]),
    ],
    apiId: "api",
    stageName: "dev",
    functionName: FUNCTION,
    servedId: idOf(served),
    servedElsewhere: elsewhere === undefined ? [] : [idOf(elsewhere)],
    deployments: [
      ...called.map((qualifier) => ({
        id: idOf(qualifier),
        created: new Date(firstOf(qualifier) * 60_000),
        called: calledFunction(
          deploymentDescription({
            functionName: FUNCTION,
            qualifier: String(qualifier),
            authorizerId: `a${qualifier}`,
          }),
        ),
      })),
      ...(words.byHand ? [{ id: "hand", created: new Date(0), called: undefined }] : []),
    ],
    authorizers: new Map(
      everCalled
        .filter((qualifier) => !withoutAuthorizers.includes(qualifier))
        .map((qualifier) => [
          `a${qualifier}`,
          `arn:aws:apigateway:::lambda:path/2015-03-31/functions/arn:aws:lambda:::function:${FUNCTION}:${qualifier}/invocations`,
        ]),
    ),
    versions: versions.map((number) => ({
      number,
      published: new Date(number * 60_000),
      contract: contracts[number],
    })),
    aliases: Object.entries(aliases).map(([name, { version, contract, also }]) => ({
      name,
      version,
      contract,
      alsoServes: also === undefined ? [] : [also],
    })),
  };
}
