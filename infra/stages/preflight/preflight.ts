import { InputError } from "../../lib/input-error";
import type { Stage } from "../stage";
import type { AwsSession, Caller } from "./aws-session";
import {
  type Bootstrapped,
  type BootstrapRole,
  bootstrapVersion,
  LEAST_BOOTSTRAP_VERSION,
  roleArn,
  type Target,
  versionParameter,
} from "./bootstrap-version";
import type { CdkFlags } from "./cdk-flags";
import { credentialsRefused, MfaCodeNeeded } from "./credential-errors";
import { refuseProtected, refuseProtectedStack } from "./protection";
import { otherAccount, stageSession, targetOf } from "./stage-session";

/** The commands of CDK's that are checked before they run, each with the roles that it assumes. */
const ROLES = {
  bootstrap: [],
  diff: ["lookup-role", "deploy-role"],
  deploy: ["deploy-role"],
  destroy: ["deploy-role"],
} as const satisfies Record<string, readonly BootstrapRole[]>;

/** A command of CDK's that is checked before it runs. */
export type CdkCommand = keyof typeof ROLES;

/** Those commands. */
export const CDK_COMMANDS = Object.keys(ROLES) as CdkCommand[];

/** What is about to run. */
export interface CdkRun {
  readonly command: CdkCommand;
  readonly stage: Stage;
  /** The stage as it was chosen, which may be a file's path. */
  readonly choice: string;
  readonly flags: CdkFlags;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Checks what is known before anything is built: credentials, account, region, and CDK's bootstrap stack.
 *
 * @returns what is about to happen where and as whom, in sentences for the person who asked for it
 * @throws InputError that says what is wrong, and the command that mends it
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
      return [`the credentials are not checked: ${error.message}, which cdk asks for`];
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
  const unsure = judged(found, run, target, caller);
  const said = unsure === undefined ? [going] : [going, unsure];
  return command === "destroy"
    ? [...said, ...(await destroyable(await session.assuming(roleArn(target, "deploy-role")), run))]
    : said;
}

/** What could not be found out of a stack that is about to be destroyed; refuses one that is protected. */
async function destroyable(session: AwsSession, run: CdkRun): Promise<string[]> {
  try {
    const unsure = await refuseProtectedStack(session, run);
    return unsure === undefined ? [] : [unsure];
  } catch (error) {
    throw error instanceof InputError ? error : credentialsRefused(error, session.region);
  }
}

/** What could not be found out; refuses what cannot work. */
function judged(
  found: Bootstrapped,
  { command, stage, choice, flags }: CdkRun,
  target: Target,
  caller: Caller,
): string | undefined {
  const { account, region } = target;
  const own = account === caller.account;
  const profile = own && flags.profile !== undefined ? ` CDK_FLAGS='--profile ${flags.profile}'` : "";
  const mend = own
    ? `\`make bootstrap STAGE=${choice}${profile}\``
    : `\`make bootstrap STAGE=${choice}\` with credentials of ${account}`;
  switch (found.kind) {
    case "version":
      if (found.version >= LEAST_BOOTSTRAP_VERSION) {
        return undefined;
      }
      throw new InputError(
        `the account ${account} is bootstrapped for CDK in ${region} with version ${found.version}, and ` +
          `${LEAST_BOOTSTRAP_VERSION} or newer is needed: ${mend}`,
      );
    case "absent":
      throw new InputError(
        `${own ? "" : `${otherAccount(stage, caller)}. `}The account ${account} is not bootstrapped for CDK in ` +
          `${region} (there is no parameter ${versionParameter(target)}): ${mend}`,
      );
    case "hidden": {
      const roles = ROLES[command].map((role) => roleArn(target, role)).join(" or ");
      if (!own) {
        throw new InputError(
          `${otherAccount(stage, caller)}, and may not assume ${roles}: use credentials of ${account}, or let CDK's ` +
            `roles there trust ${caller.account}: \`make bootstrap STAGE=${choice} CDK_FLAGS='--trust ` +
            `${caller.account} …'\` with credentials of ${account}`,
        );
      }
      return `not checked whether the account is bootstrapped for CDK: it may neither read ${versionParameter(target)} nor assume ${roles}`;
    }
  }
}
