import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { AwsSession } from "../stages/preflight/aws-session";
import type { CdkFlags } from "../stages/preflight/cdk-flags";
import { QUALIFIER_KEY } from "../stages/preflight/cdk-flags";
import { stackInAws } from "../stages/stack-in-aws";
import { EXECUTION_STACK } from "./create-pipeline";

/** What one bootstrap runs with. */
export interface BootstrapRun {
  /** The stage as it was chosen. */
  readonly choice: string;
  readonly flags: CdkFlags;
  /** `CDK_FLAGS` as they were given. */
  readonly words: readonly string[];
  /** The policies that CloudFormation's role has now; nothing where the account is not bootstrapped. */
  readonly current: string | undefined;
  /** Runs CDK's command line and gives its exit status. */
  readonly cdk: (args: readonly string[]) => number;
  /** Deploys the stack of the execution policy with these arguments, and gives the policies' ARNs, or an exit status. */
  readonly deployPolicies: (args: readonly string[]) => string | number;
  readonly show: (line: string) => void;
}

/**
 * Bootstraps an account and region for CDK so that CloudFormation may do what stages need, and nothing else.
 *
 * An account that is bootstrapped already keeps what CloudFormation may do there: other apps deploy with the same role.
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
      `${flags.toolkitStack} is there and other apps may deploy with its roles, so what CloudFormation may do stays as it is ` +
        `(${current === "" ? "AdministratorAccess" : current}). For roles of the gate's own: CDK_FLAGS='--qualifier oathgate ` +
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

/** What CloudFormation's role may do now by the bootstrap stack; nothing where there is no such stack. */
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
