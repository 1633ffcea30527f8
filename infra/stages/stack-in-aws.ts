import { type CloudFormationClient, DescribeStacksCommand, type Stack } from "@aws-sdk/client-cloudformation";

/**
 * The stack of a name; nothing where there is none.
 *
 * @throws whatever AWS answers besides
 */
export async function stackInAws(
  cloudFormation: CloudFormationClient,
  stackName: string,
): Promise<Stack | undefined> {
  try {
    const { Stacks: [stack] = [] } = await cloudFormation.send(
      new DescribeStacksCommand({ StackName: stackName }),
    );
    return stack;
  } catch (error) {
    // CloudFormation has no code of its own for this.
    if (error instanceof Error && error.name === "ValidationError" && /does not exist/.test(error.message)) {
      return undefined;
    }
    throw error;
  }
}
