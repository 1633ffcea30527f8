import { InputError } from "../../lib/input-error";
import type { Stage } from "../stage";
import type { AwsSession, Caller } from "./aws-session";
import {
  type Bootstrapped,
  type BootstrapRole,
  bootstrapVersion,
  MIN_BOOTSTRAP_VERSION,
  roleArn,
  type Target,
  versionParameter,
} from "./bootstrap-version";
import type { CdkFlags } from "./cdk-flags";
import { credentialsRefused, MfaCodeNeeded } from "./credential-errors";
import { refuseProtected, refuseProtectedStack } from "./protection";
import { otherAccount, stageSession, targetOf } from "./stage-session";

/** The commands of CDK that are checked before they run, each with the roles that it assumes. */
const ROLES = {
  bootstrap: [],
  diff: ["lookup-role", "deploy-role"],
  deploy: ["deploy-role"],
  destroy: ["deploy-role"],
} as const satisfies Record<string, readonly BootstrapRole[]>;

/** A command of CDK that is checked before it runs. */
export type CdkCommand = keyof typeof ROLES;

/** All of these commands. */
export const CDK_COMMANDS = Object.keys(ROLES) as CdkCommand[];

/** A command that is about to run. */
export interface CdkRun {
  readonly command: CdkCommand;
  readonly stage: Stage;
  /** The stage's name or the path of its file, as given by the user. */
  readonly choice: string;
  readonly flags: CdkFlags;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Checks what can be known before anything is built: credentials, account, region, and CDK's bootstrap stack.
 *
 * @returns lines for the user: what is about to happen, in which account and region, and with which identity
 * @throws InputError that says what is wrong, and which command solves it
 */
export async function preflight(run: CdkRun): Promise<string[]> {
  const { command, stage, flags, environment } = run;
  if (command === "destroy") {
    refuseProtected(run);
  }
  const session = await stageSession(stage, flags, environment);
  let caller: Caller;
  try {
    caller = await session.caller();
  } catch (error) {
    if (error instanceof MfaCodeNeeded) {
      return [`the credentials were not checked: ${error.message}, which cdk will prompt for`];
    }
    throw credentialsRefused(error, session.region);
  }
  const target = targetOf(stage, caller, session, flags);
  const { account, region } = target;
  const where = environment.AWS_ENDPOINT_URL ? `, at ${environment.AWS_ENDPOINT_URL} in place of AWS` : "";
  const going = `${command} of the stage ${stage.name}: account ${account}, region ${region}, as ${caller.arn}${where}`;
  if (command === "bootstrap") {
    if (account !== caller.account) {
      throw new InputError(`${otherAccount(stage, caller)}: use credentials of ${account}`);
    }
    return [going];
  }
  const own = account === caller.account;
  if (command === "destroy" && own) {
    return [going, ...(await destroyable(session, run))];
  }
  let found: Bootstrapped;
  try {
    found = await bootstrapVersion(session, target, own, ROLES[command]);
  } catch (error) {
    throw credentialsRefused(error, region);
  }
  const unchecked = checkBootstrap(found, run, target, caller);
  const lines = unchecked === undefined ? [going] : [going, unchecked];
  return command === "destroy"
    ? [...lines, ...(await destroyable(await session.assuming(roleArn(target, "deploy-role")), run))]
    : lines;
}

/**
 * Refuses to destroy a protected stack.
 *
 * @returns a line about what could not be checked, if anything
 */
async function destroyable(session: AwsSession, run: CdkRun): Promise<string[]> {
  try {
    const unchecked = await refuseProtectedStack(session, run);
    return unchecked === undefined ? [] : [unchecked];
  } catch (error) {
    throw error instanceof InputError ? error : credentialsRefused(error, session.region);
  }
}

/**
 * Refuses a deployment that can't work because of the bootstrap stack.
 *
 * @returns a line about what could not be checked, if anything
 */
function checkBootstrap(
  found: Bootstrapped,
  { command, stage, choice, flags }: CdkRun,
  target: Target,
  caller: Caller,
): string | undefined {
  const { account, region } = target;
  const own = account === caller.account;
  const profile = own && flags.profile !== undefined ? ` CDK_FLAGS='--profile ${flags.profile}'` : "";
  const solution = own
    ? `\`make bootstrap STAGE=${choice}${profile}\``
    : `\`make bootstrap STAGE=${choice}\` with credentials of ${account}`;
  switch (found.kind) {
    case "version":
      if (found.version >= MIN_BOOTSTRAP_VERSION) {
        return undefined;
      }
      throw new InputError(
        `the account ${account} is bootstrapped for CDK in ${region} with version ${found.version}, but ` +
          `${MIN_BOOTSTRAP_VERSION} or newer is required: ${solution}`,
      );
    case "absent":
      throw new InputError(
        `${own ? "" : `${otherAccount(stage, caller)}. `}The account ${account} is not bootstrapped for CDK in ` +
          `${region} (there is no parameter ${versionParameter(target)}): ${solution}`,
      );
    case "hidden": {
      const roles = ROLES[command].map((role) => roleArn(target, role)).join(" or ");
      if (!own) {
        throw new InputError(
          `${otherAccount(stage, caller)} and may not assume ${roles}: use credentials of ${account}, or let CDK's ` +
            `roles there trust ${caller.account}: \`make bootstrap STAGE=${choice} CDK_FLAGS='--trust ` +
            `${caller.account} …'\` with credentials of ${account}`,
        );
      }
      return `could not check whether the account is bootstrapped for CDK: the credentials may neither read ${versionParameter(target)} nor assume ${roles}`;
    }
  }
}
