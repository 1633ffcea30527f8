import type { StackEvent } from "@aws-sdk/client-cloudformation";

/** A resource of a stack in CloudFormation. */
export interface KnownResource {
  readonly type: string;
  readonly id: string;
}

/** The fields of a stack's history that are read. */
type HistoryEntry = Pick<StackEvent, "ResourceType" | "PhysicalResourceId"> & {
  readonly ResourceStatus?: string | undefined;
};

/** Types that are part of a function or an API and are deleted with it. */
const PARTS =
  /^AWS::(Lambda::(Version|Permission|Alias)|ApiGateway::(Deployment|Authorizer)|ApiGatewayV2::(Deployment|Authorizer|Integration|Route))$/;

/** Types that CloudFormation reports as deleted although they still exist for some days. */
const DELETED_LATER = ["AWS::KMS::Key"];

/**
 * What may remain of a deleted stack according to its history: resources that CloudFormation retained or could not delete, at any
 * time of the stack's life, resources that are deleted days later, and log groups that AWS creates for functions and APIs.
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
    const group = implicitLogGroup(type, id);
    return group === undefined ? [] : [{ type: "AWS::Logs::LogGroup", id: group }];
  });
  return distinct([...kept, ...logs]);
}

/** The log group that AWS creates for a function or an API without one; for an API, the prefix of the names. */
function implicitLogGroup(type: string, id: string): string | undefined {
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
