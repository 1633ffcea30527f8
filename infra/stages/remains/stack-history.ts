import type { StackEvent } from "@aws-sdk/client-cloudformation";

/** A resource of a stack, as CloudFormation knows it. */
export interface KnownResource {
  readonly type: string;
  readonly id: string;
}

/** What of a stack's history is looked at. */
type HistoryEntry = Pick<StackEvent, "ResourceType" | "PhysicalResourceId"> & {
  readonly ResourceStatus?: string | undefined;
};

/** Types that are a part of a function or of an API, and gone when that is. */
const PARTS =
  /^AWS::(Lambda::(Version|Permission|Alias)|ApiGateway::(Deployment|Authorizer)|ApiGatewayV2::(Deployment|Authorizer|Integration|Route))$/;

/** Types of which CloudFormation says that they are deleted while they still are there for some days. */
const DELETED_LATER = ["AWS::KMS::Key"];

/**
 * What may be left of a deleted stack, by its own history: what CloudFormation retained or could not delete, at any time of the
 * stack's life, what is deleted days later, and the log groups that AWS makes by itself for functions and APIs.
 */
export function mayRemain(events: readonly HistoryEntry[]): KnownResource[] {
  const named = events.flatMap(
    ({ ResourceType: type = "", PhysicalResourceId: id = "", ResourceStatus: status = "" }) =>
      type === "" || id === "" || type === "AWS::CloudFormation::Stack" ? [] : [{ type, id, status }],
  );
  const kept = named.filter(
    ({ type, status }) =>
      (/^DELETE_(SKIPPED|FAILED)$/.test(status) && !PARTS.test(type)) ||
      (status === "DELETE_COMPLETE" && DELETED_LATER.includes(type)),
  );
  const logs = named.flatMap(({ type, id }) => {
    const group = logGroupByItself(type, id);
    return group === undefined ? [] : [{ type: "AWS::Logs::LogGroup", id: group }];
  });
  return distinct([...kept, ...logs]);
}

/** The log group that AWS makes where a function or an API has none of its own; of an API, what the names begin with. */
function logGroupByItself(type: string, id: string): string | undefined {
  switch (type) {
    case "AWS::Lambda::Function":
      return `/aws/lambda/${id}`;
    case "AWS::ApiGateway::RestApi":
      return `API-Gateway-Execution-Logs_${id}/`;
    default:
      return undefined;
  }
}

function distinct(resources: readonly KnownResource[]): KnownResource[] {
  const all = new Map(resources.map(({ type, id }) => [`${type} ${id}`, { type, id }]));
  return [...all.values()];
}
