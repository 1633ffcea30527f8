import {
  CloudFormationClient,
  paginateDescribeStackEvents,
  paginateListStacks,
} from "@aws-sdk/client-cloudformation";
import { allOf } from "../all-pages";
import type { AwsSession } from "../preflight/aws-session";
import { mayRemain } from "./stack-history";
import { stillThere } from "./still-there";

/** What remains in AWS of a stage that is or was deployed. */
export interface Remains {
  readonly stack: string;
  /** The stack's status, if it still exists. */
  readonly status?: string;
  /** What remains of deleted stacks with this name, one line each. */
  readonly left: readonly string[];
}

/**
 * Finds what remains of a stage: of every stack with its name that was deleted in the last ninety days, the time for which
 * CloudFormation keeps the history of deleted stacks.
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

/** The report as text. */
export function remainsText({ stack, status, left }: Remains): string {
  const lines = [
    ...(status === undefined ? [] : [`${stack} exists (${status})`]),
    ...(left.length === 0
      ? [`nothing remains of ${status === undefined ? stack : "earlier stacks with this name"}`]
      : [
          `remaining of ${status === undefined ? stack : "earlier stacks with this name"}:`,
          ...left.map((line) => `  ${line}`),
        ]),
  ];
  return `${lines.join("\n")}\n`;
}
