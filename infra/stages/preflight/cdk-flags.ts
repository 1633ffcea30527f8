import { parseArgs } from "node:util";

/** The context key by which an app's stacks and the bootstrapped resources find each other. */
export const QUALIFIER_KEY = "@aws-cdk/core:bootstrapQualifier";
/** What CDK takes for it by itself. */
export const DEFAULT_QUALIFIER = "hnb659fds";
/** The name that CDK gives its bootstrap stack by itself. */
const DEFAULT_TOOLKIT_STACK = "CDKToolkit";

/** What CDK's command line is told that decides about whom it asks. */
export interface CdkFlags {
  /** `--profile`: the profile of the AWS configuration; without it, what the environment says. */
  readonly profile?: string;
  /** What the names of the bootstrapped resources hold, such as `hnb659fds`. */
  readonly qualifier: string;
  /** The name of the bootstrap stack. */
  readonly toolkitStack: string;
  /** `--cloudformation-execution-policies`: what CloudFormation may do, where the caller says so. */
  readonly executionPolicies?: string;
}

/**
 * Reads CDK's own flags; those that are of no matter here are passed over.
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
