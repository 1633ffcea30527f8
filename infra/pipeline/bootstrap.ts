import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { AwsSession } from "../stages/preflight/aws-session";
import type { CdkFlags } from "../stages/preflight/cdk-flags";
import { QUALIFIER_KEY } from "../stages/preflight/cdk-flags";
import { stackInAws } from "../stages/stack-in-aws";
import { EXECUTION_STACK } from "./create-pipeline";

/** The inputs of a bootstrap. */
export interface BootstrapRun {
  /** The stage's name or the path of its file, as given by the user. */
  readonly choice: string;
  readonly flags: CdkFlags;
  /** The arguments in `CDK_FLAGS`. */
  readonly words: readonly string[];
  /** The current policies of CloudFormation's role; `undefined` if the account is not bootstrapped. */
  readonly current: string | undefined;
  /** Runs CDK's command line and returns its exit status. */
  readonly cdk: (args: readonly string[]) => number;
  /** Deploys the stack of the execution policy with these arguments. Returns the policies' ARNs, or the exit status of a failure. */
  readonly deployPolicies: (args: readonly string[]) => string | number;
  /** Shows a line to the user. */
  readonly show: (line: string) => void;
}

/**
 * Bootstraps an account and region for CDK with only those rights for CloudFormation that stages need.
 *
 * If the account is bootstrapped already, CloudFormation's rights are not changed: other apps deploy with the same role.
 *
 * @returns the exit status of CDK's command line
 */
export function bootstrap(run: BootstrapRun): number {
  const { choice, flags, words, current, cdk, show } = run;
  const command = ["bootstrap", "-c", `stage=${choice}`, ...words];
  if (flags.executionPolicies !== undefined) {
    return cdk(command);
  }
  if (current !== undefined && !current.includes(`policy/${EXECUTION_STACK}-`)) {
    show(
      `${flags.toolkitStack} exists and other apps may deploy with its roles, so CloudFormation's rights are not changed ` +
        `(${current === "" ? "AdministratorAccess" : current}). For separate roles for the gate use CDK_FLAGS='--qualifier oathgate ` +
        `--toolkit-stack-name OathgateToolkit', and \`"${QUALIFIER_KEY}": "oathgate"\` in the context of cdk.json`,
    );
    return cdk(command);
  }
  const policies = run.deployPolicies([
    ...["deploy", "--app", "tsx infra/bin/pipeline.ts", EXECUTION_STACK],
    ...[
      "-c",
      "pipeline=execution-policy",
      "-c",
      `stages=${choice}`,
      "-c",
      `${QUALIFIER_KEY}=${flags.qualifier}`,
    ],
    ...["--require-approval", "never"],
    ...(flags.profile === undefined ? [] : ["--profile", flags.profile]),
  ]);
  return typeof policies === "number"
    ? policies
    : cdk([...command, "--cloudformation-execution-policies", policies]);
}

/** The current policies of CloudFormation's role in the bootstrap stack; `undefined` if that stack does not exist. */
export async function currentPolicies(
  session: AwsSession,
  toolkitStack: string,
): Promise<string | undefined> {
  const stack = await stackInAws(new CloudFormationClient(session.config), toolkitStack);
  const parameter = stack?.Parameters?.find(
    ({ ParameterKey }) => ParameterKey === "CloudFormationExecutionPolicies",
  );
  return stack === undefined ? undefined : (parameter?.ParameterValue ?? "");
}
