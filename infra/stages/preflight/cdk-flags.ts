import { parseArgs } from "node:util";

/** The context key for the qualifier of the bootstrapped resources. */
export const QUALIFIER_KEY = "@aws-cdk/core:bootstrapQualifier";
/** CDK's default qualifier. */
export const DEFAULT_QUALIFIER = "hnb659fds";
/** CDK's default name of the bootstrap stack. */
const DEFAULT_TOOLKIT_STACK = "CDKToolkit";

/** The flags of CDK's command line that determine the environment that it deploys to. */
export interface CdkFlags {
  /** `--profile`: the profile of the AWS configuration. @default from the environment */
  readonly profile?: string;
  /** The qualifier in the names of the bootstrapped resources, such as `hnb659fds`. */
  readonly qualifier: string;
  /** The name of the bootstrap stack. */
  readonly toolkitStack: string;
  /** `--cloudformation-execution-policies`: the policies of CloudFormation's role. @default not set */
  readonly executionPolicies?: string;
}

/**
 * Reads CDK's own flags and ignores those that do not matter here.
 *
 * @param args the words of `CDK_FLAGS`
 * @param context `context` of cdk.json
 */
export function readCdkFlags(args: readonly string[], context: Readonly<Record<string, unknown>>): CdkFlags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      profile: { type: "string" },
      context: { type: "string", short: "c", multiple: true },
      qualifier: { type: "string" },
      "toolkit-stack-name": { type: "string" },
      "cloudformation-execution-policies": { type: "string" },
    },
    allowPositionals: true,
    strict: false,
  });
  const given = (values.context ?? []).map(String).find((pair) => pair.startsWith(`${QUALIFIER_KEY}=`));
  const qualifier = values.qualifier ?? given?.slice(QUALIFIER_KEY.length + 1) ?? context[QUALIFIER_KEY];
  const toolkitStack = values["toolkit-stack-name"];
  const executionPolicies = values["cloudformation-execution-policies"];
  return {
    ...(typeof values.profile === "string" ? { profile: values.profile } : {}),
    qualifier: typeof qualifier === "string" ? qualifier : DEFAULT_QUALIFIER,
    toolkitStack: typeof toolkitStack === "string" ? toolkitStack : DEFAULT_TOOLKIT_STACK,
    ...(typeof executionPolicies === "string" ? { executionPolicies } : {}),
  };
}
