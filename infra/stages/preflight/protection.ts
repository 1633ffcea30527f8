import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { InputError } from "../../lib/input-error";
import { stackInAws } from "../stack-in-aws";
import { stackNameOf } from "../stack-name";
import type { Stage } from "../stage";
import type { AwsSession } from "./aws-session";
import { isAccessDenied } from "./credential-errors";

/** A stage as it was chosen: the words of a command that is proposed. */
interface Chosen {
  readonly stage: Stage;
  readonly choice: string;
}

/**
 * Refuses to destroy a stage whose file protects it.
 *
 * @throws InputError that says how the protection is taken away
 */
export function refuseProtected({ stage, choice }: Chosen): void {
  if (stage.settings.terminationProtection) {
    throw new InputError(
      `the stage \`${stage.name}\` is protected and not destroyed: to destroy it, set \`terminationProtection: false\` in ` +
        `its file, deploy that (\`make deploy STAGE=${choice}\`), and then destroy it`,
    );
  }
}

/**
 * Refuses to destroy a stage whose stack is protected in AWS, whatever its file says by now.
 *
 * @returns what could not be found out, if anything
 * @throws InputError that says how the protection is taken away
 */
export async function refuseProtectedStack(
  session: AwsSession,
  { stage, choice }: Chosen,
): Promise<string | undefined> {
  const stack = stackNameOf(stage);
  let isProtected: boolean | undefined;
  try {
    const found = await stackInAws(new CloudFormationClient(session.config), stack);
    // Where there is no stack, nothing is protected.
    isProtected = found?.EnableTerminationProtection;
  } catch (error) {
    if (isAccessDenied(error)) {
      return `not checked whether ${stack} is protected: the credentials may not look at it; CloudFormation deletes no protected stack`;
    }
    throw error;
  }
  if (isProtected) {
    throw new InputError(
      `the stack ${stack} is protected in AWS and not destroyed, although the file of the stage \`${stage.name}\` does not ` +
        `protect it: deploy the file as it is (\`make deploy STAGE=${choice}\`), which takes the protection away, and then destroy it`,
    );
  }
  return undefined;
}
