import {
  CloudFormationClient,
  type CloudFormationClientConfig,
  paginateDescribeStackEvents,
  paginateListStacks,
  type StackEvent,
} from "@aws-sdk/client-cloudformation";
import type { AwsSession } from "../preflight/aws-session";
import { mayRemain } from "./stack-history";
import { stillThere } from "./still-there";

/** What AWS has of a stage that is, or was, deployed. */
export interface Remains {
  readonly stack: string;
  /** The stack's status, where it is still there. */
  readonly status?: string;
  /** What is left of stacks of this name that were deleted, a line each. */
  readonly left: readonly string[];
}

/**
 * Looks for what is left of a stage: of every stack of its name that was deleted in the last ninety days, for which
 * CloudFormation keeps a deleted stack's history.
 */
export async function findRemains(session: AwsSession, stack: string): Promise<Remains> {
  const client = new CloudFormationClient(session.config as CloudFormationClientConfig);
  let status: string | undefined;
  const deleted: string[] = [];
  for await (const { StackSummaries = [] } of paginateListStacks({ client }, {})) {
    for (const { StackName, StackId = "", StackStatus } of StackSummaries) {
      if (StackName === stack && StackStatus === "DELETE_COMPLETE") {
        deleted.push(StackId);
      } else if (StackName === stack) {
        status = StackStatus;
      }
    }
  }
  const left: string[] = [];
  for (const id of deleted) {
    for (const resource of mayRemain(await eventsOf(client, id))) {
      left.push(...(await stillThere(session, resource)));
    }
  }
  return { stack, ...(status === undefined ? {} : { status }), left: [...new Set(left)].sort() };
}

/** A report for people. */
export function remainsText({ stack, status, left }: Remains): string {
  const lines = [
    ...(status === undefined ? [] : [`${stack} is there (${status})`]),
    ...(left.length === 0
      ? [`nothing is left of ${status === undefined ? stack : "earlier stacks of this name"}`]
      : [
          `left of ${status === undefined ? stack : "earlier stacks of this name"}:`,
          ...left.map((line) => `  ${line}`),
        ]),
  ];
  return `${lines.join("\n")}\n`;
}

async function eventsOf(client: CloudFormationClient, stackId: string): Promise<StackEvent[]> {
  const events: StackEvent[] = [];
  for await (const page of paginateDescribeStackEvents({ client }, { StackName: stackId })) {
    events.push(...(page.StackEvents ?? []));
  }
  return events;
}
