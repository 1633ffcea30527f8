import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { InputError } from "../../lib/input-error";
import { stackInAws } from "../stack-in-aws";
import { stackNameOf } from "../stack-name";
import type { Stage } from "../stage";
import type { AwsSession } from "./aws-session";
import { isAccessDenied } from "./credential-errors";

/** A stage, and the name or path by which it was chosen, for suggested commands. */
interface Chosen {
  readonly stage: Stage;
  readonly choice: string;
}

/**
 * Refuses to destroy a stage whose file protects it.
 *
 * @throws InputError that says how to remove the protection
 */
export function refuseProtected({ stage, choice }: Chosen): void {
  if (stage.settings.terminationProtection) {
    throw new InputError(
      `the stage \`${stage.name}\` is protected and was not destroyed: set \`terminationProtection: false\` in its file, ` +
        `deploy that (\`make deploy STAGE=${choice}\`), and then destroy it`,
    );
  }
}

/**
 * Refuses to destroy a stage whose stack is protected in AWS, even if its file no longer protects it.
 *
 * @returns a line about what could not be checked, if anything
 * @throws InputError that says how to remove the protection
 */
export async function refuseProtectedStack(
  session: AwsSession,
  { stage, choice }: Chosen,
): Promise<string | undefined> {
  const stack = stackNameOf(stage);
  let isProtected: boolean | undefined;
  try {
    const found = await stackInAws(new CloudFormationClient(session.config), stack);
    // A stack that does not exist is not protected.
    isProtected = found?.EnableTerminationProtection;
  } catch (error) {
    if (isAccessDenied(error)) {
      return `could not check whether ${stack} is protected: the credentials may not read it; CloudFormation never deletes a protected stack`;
    }
    throw error;
  }
  if (isProtected) {
    throw new InputError(
      `the stack ${stack} is protected in AWS and was not destroyed, although the file of the stage \`${stage.name}\` does not ` +
        `protect it: deploy the stage (\`make deploy STAGE=${choice}\`), which removes the protection, and then destroy it`,
    );
  }
  return undefined;
}
