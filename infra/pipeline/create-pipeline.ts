import { type App, BootstraplessSynthesizer } from "aws-cdk-lib";
import { InputError } from "../lib/input-error";
import { DEFAULT_QUALIFIER, QUALIFIER_KEY } from "../stages/preflight/cdk-flags";
import { loadStages } from "../stages/stage";
import { ExecutionPolicyStack } from "./execution-policy-stack";
import { checkedBranch, checkedRepository } from "./github-subject";
import { PipelineRolesStack } from "./pipeline-roles-stack";

/** The name of the stack with a pipeline's roles. */
export const ROLES_STACK = "oathgate-pipeline-roles";

/** The name of the stack with CloudFormation's execution policies. */
export const EXECUTION_STACK = "oathgate-execution-policy";

const STACKS = ["roles", "execution-policy"] as const;
const TRUSTS = ["environments", "branch"] as const;
const PROVIDERS = ["new", "existing"] as const;

/**
 * Adds a stack that stages depend on, selected by the app's context `pipeline`: the `roles` of a pipeline, or CloudFormation's
 * `execution-policy`. Neither needs a bootstrapped account; both are deployed with the caller's own rights.
 *
 * @param root the project's root
 * @param environment has the account and the region of the current credentials, as set by CDK's command line
 * @throws InputError if a value of the context is not valid
 */
export function createPipeline(app: App, root: string, environment: NodeJS.ProcessEnv): void {
  const context = (key: string): string | undefined => app.node.tryGetContext(key) || undefined;
  const qualifier = context(QUALIFIER_KEY) ?? DEFAULT_QUALIFIER;
  const synthesizer = new BootstraplessSynthesizer();
  const stages = loadStages(root, context("stages"));
  if (oneOf("the context `pipeline`", STACKS, context("pipeline")) === "roles") {
    const boundaryArn = context("boundary");
    new PipelineRolesStack(app, ROLES_STACK, {
      synthesizer,
      description: "Oathgate: what its pipeline may do",
      repository: checkedRepository(context("repository")),
      stages,
      branch: checkedBranch(context("branch") ?? "main"),
      trust: oneOf("TRUST", TRUSTS, context("trust") ?? "environments"),
      existingProvider: oneOf("OIDC_PROVIDER", PROVIDERS, context("provider") ?? "new") === "existing",
      ...(boundaryArn === undefined ? {} : { boundaryArn: checkedPolicyArn(boundaryArn) }),
      qualifier,
    });
    return;
  }
  const [stage] = stages;
  const account = stage?.settings.account ?? environment.CDK_DEFAULT_ACCOUNT;
  const region = stage?.settings.region ?? environment.CDK_DEFAULT_REGION;
  new ExecutionPolicyStack(app, EXECUTION_STACK, {
    synthesizer,
    description: "Oathgate: what CloudFormation may do for its stages",
    qualifier,
    env: { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) },
  });
}

function oneOf<const Words extends readonly string[]>(
  name: string,
  words: Words,
  given: string | undefined,
): Words[number] {
  const found = words.find((word) => word === given);
  if (found === undefined) {
    throw new InputError(
      `${name} is ${given === undefined ? "missing" : `\`${given}\``}; it must be ${words.map((word) => `\`${word}\``).join(" or ")}`,
    );
  }
  return found;
}

function checkedPolicyArn(text: string): string {
  if (!/^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/.test(text)) {
    throw new InputError(`BOUNDARY is \`${text}\`; it must be the ARN of a managed policy`);
  }
  return text;
}
