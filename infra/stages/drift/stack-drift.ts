import { setTimeout as pause } from "node:timers/promises";
import {
  type CloudFormationClient,
  DescribeStackDriftDetectionStatusCommand,
  DetectStackDriftCommand,
  paginateDescribeStackResourceDrifts,
  paginateListStackResources,
  type StackResourceDrift,
} from "@aws-sdk/client-cloudformation";
import { InputError } from "../../lib/input-error";
import { allOf } from "../all-pages";

/** The time between two polls of a running detection, in milliseconds. */
const POLL_INTERVAL = 2_000;

/** The longest duration of a detection, in milliseconds. CloudFormation takes some seconds for every few resources. */
const DETECTION_TIMEOUT = 600_000;

/** One resource of a stack. */
export interface StackResource {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  /** Whether CloudFormation can compare resources of this type. */
  readonly checked: boolean;
}

/** The drift of a stack that CloudFormation detected. */
export interface StackDrift {
  /** One line for each deleted resource and for each property that differs from the template. */
  readonly differences: readonly string[];
  /** The reason why some resources of comparable types could not be compared. */
  readonly failure?: string;
  readonly resources: readonly StackResource[];
}

/**
 * Lets CloudFormation compare a stack's resources with its template, and waits for the result.
 *
 * @throws InputError if the stack does not exist, or if it is being changed
 */
export async function detectStackDrift(
  cloudFormation: CloudFormationClient,
  stack: string,
): Promise<StackDrift> {
  const id = await begin(cloudFormation, stack);
  const until = Date.now() + DETECTION_TIMEOUT;
  let failure: string | undefined;
  for (;;) {
    const { DetectionStatus, DetectionStatusReason } = await cloudFormation.send(
      new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId: id }),
    );
    if (DetectionStatus === "DETECTION_FAILED") {
      failure = DetectionStatusReason ?? "CloudFormation gives no reason";
    }
    if (DetectionStatus !== "DETECTION_IN_PROGRESS") {
      break;
    }
    if (Date.now() > until) {
      throw new InputError(
        `CloudFormation is still comparing ${stack} after ${DETECTION_TIMEOUT / 60_000} minutes; try again later`,
      );
    }
    await pause(POLL_INTERVAL);
  }
  const drifted = await allOf(
    paginateDescribeStackResourceDrifts(
      { client: cloudFormation },
      { StackName: stack, StackResourceDriftStatusFilters: ["MODIFIED", "DELETED"] },
    ),
    (page) => page.StackResourceDrifts,
  );
  return {
    differences: drifted.flatMap(differencesOf),
    ...(failure === undefined ? {} : { failure }),
    resources: await resourcesOf(cloudFormation, stack),
  };
}

async function begin(cloudFormation: CloudFormationClient, stack: string): Promise<string> {
  try {
    const { StackDriftDetectionId = "" } = await cloudFormation.send(
      new DetectStackDriftCommand({ StackName: stack }),
    );
    return StackDriftDetectionId;
  } catch (error) {
    if (error instanceof Error && error.name === "ValidationError") {
      throw new InputError(`CloudFormation can't compare \`${stack}\`: ${error.message}`);
    }
    throw error;
  }
}

async function resourcesOf(cloudFormation: CloudFormationClient, stack: string): Promise<StackResource[]> {
  const resources = await allOf(
    paginateListStackResources({ client: cloudFormation }, { StackName: stack }),
    (page) => page.StackResourceSummaries,
  );
  return resources.map((one) => ({
    logicalId: one.LogicalResourceId ?? "",
    physicalId: one.PhysicalResourceId ?? "",
    type: one.ResourceType ?? "",
    checked: (one.DriftInformation?.StackResourceDriftStatus ?? "NOT_CHECKED") !== "NOT_CHECKED",
  }));
}

/** The lines about one resource. */
function differencesOf(drift: StackResourceDrift): string[] {
  const resource = `${drift.LogicalResourceId} (${drift.ResourceType})`;
  if (drift.StackResourceDriftStatus === "DELETED") {
    return [`${resource} was deleted`];
  }
  return (drift.PropertyDifferences ?? []).map((difference) => {
    const property = `${resource} ${difference.PropertyPath}`;
    switch (difference.DifferenceType) {
      case "ADD":
        return `${property} is ${difference.ActualValue}; the template does not set it`;
      case "REMOVE":
        return `${property} is not set; the template says ${difference.ExpectedValue}`;
      default:
        return `${property} is ${difference.ActualValue}; the template says ${difference.ExpectedValue}`;
    }
  });
}
