import {
  CloudFormationClient,
  paginateDescribeStackEvents,
  paginateListStacks,
} from "@aws-sdk/client-cloudformation";
import { allOf } from "../all-pages";
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
  const client = new CloudFormationClient(session.config);
  let status: string | undefined;
  const deleted: string[] = [];
  const all = await allOf(paginateListStacks({ client }, {}), (page) => page.StackSummaries);
  for (const { StackId = "", StackStatus } of all.filter(({ StackName }) => StackName === stack)) {
    if (StackStatus === "DELETE_COMPLETE") {
      deleted.push(StackId);
    } else {
      status = StackStatus;
    }
  }
  const left: string[] = [];
  for (const id of deleted) {
    const events = await allOf(
      paginateDescribeStackEvents({ client }, { StackName: id }),
      (page) => page.StackEvents,
    );
    for (const resource of mayRemain(events)) {
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
