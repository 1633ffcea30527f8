import { UpdateStageCommand } from "@aws-sdk/client-api-gateway";
import {
  GetTemplateCommand,
  UpdateStackCommand,
  waitUntilStackUpdateComplete,
} from "@aws-sdk/client-cloudformation";
import { UpdateAliasCommand } from "@aws-sdk/client-lambda";
import { InputError } from "../../lib/input-error";
import { stackInAws } from "../stack-in-aws";
import { type Candidate, candidateOf, candidatesOf, previousOf, servedOf } from "./candidates";
import type { ControlPlane } from "./control-plane";
import { mayCall, readStageInAws, type StageInAws } from "./stage-in-aws";
import { templateServing } from "./template-of-served";

/** What CloudFormation takes of a template that is sent with the request, in bytes. */
const MAX_TEMPLATE_BYTES = 51_200;

/** Seconds to wait for CloudFormation, which has one or two resources to update. */
const UPDATE_PATIENCE = 300;

/** Which stage is to serve what. */
export interface RollbackRequest {
  readonly stackName: string;
  readonly stageName: string;
  /** The candidate's id. @default the newest that is older than what the stage serves */
  readonly to: string | undefined;
}

/**
 * Lets a stage serve an earlier deployment, with the version that it was made for; or a later one again.
 *
 * The stage is switched at once. Then the stack's template is told, so that CloudFormation does not think otherwise.
 *
 * @param say shows a sentence to the person who asked for it
 * @throws InputError where it is not possible, before anything is changed
 */
export async function rollback(
  control: ControlPlane,
  { stackName, stageName, to }: RollbackRequest,
  say: (sentence: string) => void,
): Promise<void> {
  const stage = await readStageInAws(control, stackName, stageName);
  refuseWhileInProgress(stage);
  const candidates = candidatesOf(stage);
  const target =
    to === undefined ? previousOf(candidates, stageName) : candidateOf(candidates, to, stageName);
  const from = servedOf(candidates);
  await refuseIncomplete(control, stage, target);

  if (target.served) {
    say(`the stage ${stageName} serves ${described(target)} already`);
  } else {
    // Before the stage is: requests of the deployment are never decided by another version than it is to be.
    if (target.alias !== undefined && target.alias.version !== target.version) {
      await control.lambda.send(
        new UpdateAliasCommand({
          FunctionName: stage.functionName,
          Name: target.alias.name,
          FunctionVersion: String(target.version),
          RoutingConfig: { AdditionalVersionWeights: {} },
        }),
      );
    }
    if (target.deploymentId !== stage.servedId) {
      await control.apiGateway.send(
        new UpdateStageCommand({
          restApiId: stage.apiId,
          stageName,
          patchOperations: [{ op: "replace", path: "/deploymentId", value: target.deploymentId }],
        }),
      );
    }
    say(
      `the stage ${stageName} serves ${described(target)}` +
        (from === undefined ? "" : `, in place of ${described(from)}`),
    );
  }
  say(await recorded(control, stage, target));
  const forward = from === undefined || from.id === target.id ? "" : `TO=${from.id} or `;
  say(`what it serves changes with ${forward}the next deploy, which serves what it deploys`);
}

/** What a stage could serve, newest first, as lines of a table. */
export async function listCandidates(
  control: ControlPlane,
  stackName: string,
  stageName: string,
): Promise<string[]> {
  const stage = await readStageInAws(control, stackName, stageName);
  const lines = await Promise.all(
    candidatesOf(stage).map(async (one) => {
      const gone = await missingOf(control, stage, one);
      const note = one.served
        ? "served"
        : gone.length === 0
          ? ""
          : `cannot be served: ${gone.join(", ")} is gone`;
      return [one.id, date(one.since), `version ${one.version}`, note] as const;
    }),
  );
  const width = Math.max(...lines.map(([id]) => id.length));
  return lines.map(([id, ...rest]) => [id.padEnd(width), ...rest].join("  ").trimEnd());
}

function refuseWhileInProgress({ stackName, stackStatus }: StageInAws): void {
  if (stackStatus.endsWith("_IN_PROGRESS")) {
    const cancel =
      stackStatus === "UPDATE_IN_PROGRESS"
        ? `, or take the deploy back with \`aws cloudformation cancel-update-stack --stack-name ${stackName}\``
        : "";
    throw new InputError(
      `the stack ${stackName} is ${stackStatus}, and what it does would be mixed with a rollback: wait until it has ended${cancel}`,
    );
  }
}

async function refuseIncomplete(control: ControlPlane, stage: StageInAws, target: Candidate): Promise<void> {
  const gone = await missingOf(control, stage, target);
  if (gone.length > 0) {
    throw new InputError(
      `${described(target)} cannot be served: ${gone.join(", ")} is gone; \`make versions\` lists what can`,
    );
  }
}

/** What of a candidate is gone, its permission included. */
async function missingOf(control: ControlPlane, stage: StageInAws, candidate: Candidate): Promise<string[]> {
  const called = stage.deployments.find(({ id }) => id === candidate.deploymentId)?.called;
  return candidate.missing.length > 0 || called === undefined || (await mayCall(control, stage, called))
    ? [...candidate.missing]
    : [`API Gateway's permission to call ${called.functionName}:${called.qualifier}`];
}

/** Tells CloudFormation what is served, and says what came of it. */
async function recorded(control: ControlPlane, stage: StageInAws, target: Candidate): Promise<string> {
  const { stackName } = stage;
  try {
    const found = await control.cloudFormation.send(
      new GetTemplateCommand({ StackName: stackName, TemplateStage: "Original" }),
    );
    const template = found.TemplateBody ?? "";
    const serving = templateServing(template, stage.resources, target);
    if (serving === template) {
      return `the stack ${stackName} says the same`;
    }
    if (Buffer.byteLength(serving) > MAX_TEMPLATE_BYTES) {
      return notRecorded(stackName, "its template is larger than CloudFormation takes in a request");
    }
    const parameters = await parameterNames(control, stackName);
    await control.cloudFormation.send(
      new UpdateStackCommand({
        StackName: stackName,
        TemplateBody: serving,
        Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        Parameters: parameters.map((name) => ({ ParameterKey: name, UsePreviousValue: true })),
      }),
    );
    await waitUntilStackUpdateComplete(
      { client: control.cloudFormation, maxWaitTime: UPDATE_PATIENCE, minDelay: 1, maxDelay: 5 },
      { StackName: stackName },
    );
    return `the stack ${stackName} says so too`;
  } catch (error) {
    return notRecorded(stackName, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}

function notRecorded(stackName: string, why: string): string {
  return (
    `the stack ${stackName} does not know of it (${why}): a deploy that fails may bring back what its template ` +
    "names, and a deploy of that same template changes nothing"
  );
}

async function parameterNames(control: ControlPlane, stackName: string): Promise<string[]> {
  const stack = await stackInAws(control.cloudFormation, stackName);
  return (stack?.Parameters ?? []).flatMap(({ ParameterKey: key }) => (key === undefined ? [] : [key]));
}

function described(candidate: Candidate): string {
  return `deployment ${candidate.deploymentId} with version ${candidate.version}, of ${date(candidate.since)}`;
}

/** A moment to the second, in UTC. */
function date(moment: Date): string {
  return `${moment.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
