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

/** The largest template that CloudFormation accepts within a request, in bytes. */
const MAX_TEMPLATE_BYTES = 51_200;

/** The longest time to wait for CloudFormation, which updates one or two resources, in seconds. */
const UPDATE_TIMEOUT = 300;

/** A request to roll back a stage. */
export interface RollbackRequest {
  readonly stackName: string;
  readonly stageName: string;
  /** The candidate's id. @default the newest that is older than what the stage serves */
  readonly to: string | undefined;
}

/**
 * Rolls a stage back to an earlier deployment with the version that it was made for, or forward to a later one.
 *
 * The stage is switched first. Then the stack's template is updated, so that CloudFormation agrees with what is served.
 *
 * @param print prints a line for the user
 * @throws InputError before any change, if the rollback is not possible
 */
export async function rollback(
  control: ControlPlane,
  { stackName, stageName, to }: RollbackRequest,
  print: (line: string) => void,
): Promise<void> {
  const stage = await readStageInAws(control, stackName, stageName);
  refuseWhileInProgress(stage);
  const candidates = candidatesOf(stage);
  const target =
    to === undefined ? previousOf(candidates, stageName) : candidateOf(candidates, to, stageName);
  const from = servedOf(candidates);
  await refuseIncomplete(control, stage, target);

  if (target.served) {
    print(`the stage ${stageName} already serves ${described(target)}`);
  } else {
    // The alias is moved first, so that the target version decides all requests of the deployment once it is served.
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
    print(
      `the stage ${stageName} now serves ${described(target)}` +
        (from === undefined ? "" : ` instead of ${described(from)}`),
    );
  }
  print(await updateTemplate(control, stage, target));
  const forward = from === undefined || from.id === target.id ? "" : `TO=${from.id} or `;
  print(`to serve another deployment, use ${forward}the next deploy, which serves what it deploys`);
}

/** The candidates of a stage, newest first, as lines of a table. */
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
          : `can't be served: ${gone.join(", ")} no longer exists`;
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
        ? `, or cancel the deploy by \`aws cloudformation cancel-update-stack --stack-name ${stackName}\``
        : "";
    throw new InputError(
      `the stack ${stackName} is ${stackStatus}, which would interfere with a rollback: wait until it has ended${cancel}`,
    );
  }
}

async function refuseIncomplete(control: ControlPlane, stage: StageInAws, target: Candidate): Promise<void> {
  const gone = await missingOf(control, stage, target);
  if (gone.length > 0) {
    throw new InputError(
      `${described(target)} can't be served: ${gone.join(", ")} no longer exists; \`make versions\` lists what can be served`,
    );
  }
}

/** The parts of a candidate that no longer exist, including its permission. */
async function missingOf(control: ControlPlane, stage: StageInAws, candidate: Candidate): Promise<string[]> {
  const called = stage.deployments.find(({ id }) => id === candidate.deploymentId)?.called;
  return candidate.missing.length > 0 || called === undefined || (await mayCall(control, stage, called))
    ? [...candidate.missing]
    : [`API Gateway's permission to call ${called.functionName}:${called.qualifier}`];
}

/** Updates the stack's template to what is served. Returns a line about the result. */
async function updateTemplate(control: ControlPlane, stage: StageInAws, target: Candidate): Promise<string> {
  const { stackName } = stage;
  try {
    const found = await control.cloudFormation.send(
      new GetTemplateCommand({ StackName: stackName, TemplateStage: "Original" }),
    );
    const template = found.TemplateBody ?? "";
    const serving = templateServing(template, stage.resources, target);
    if (serving === template) {
      return `the template of the stack ${stackName} already agrees`;
    }
    if (Buffer.byteLength(serving) > MAX_TEMPLATE_BYTES) {
      return notUpdated(stackName, "it is larger than CloudFormation accepts in a request");
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
      { client: control.cloudFormation, maxWaitTime: UPDATE_TIMEOUT, minDelay: 1, maxDelay: 5 },
      { StackName: stackName },
    );
    return `the template of the stack ${stackName} is updated to it`;
  } catch (error) {
    return notUpdated(stackName, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}

function notUpdated(stackName: string, reason: string): string {
  return (
    `the template of the stack ${stackName} could not be updated (${reason}): a failed deploy may restore the deployment ` +
    "that it names, and a deploy of the same template changes nothing"
  );
}

async function parameterNames(control: ControlPlane, stackName: string): Promise<string[]> {
  const stack = await stackInAws(control.cloudFormation, stackName);
  return (stack?.Parameters ?? []).flatMap(({ ParameterKey: key }) => (key === undefined ? [] : [key]));
}

function described(candidate: Candidate): string {
  return `deployment ${candidate.deploymentId} with version ${candidate.version}, of ${date(candidate.since)}`;
}

/** A date and time in UTC, to the second. */
function date(moment: Date): string {
  return `${moment.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
