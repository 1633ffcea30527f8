import { parseArgs } from "node:util";

/** The context key by which an app's stacks and the bootstrapped resources find each other. */
const QUALIFIER_KEY = "@aws-cdk/core:bootstrapQualifier";
const DEFAULT_QUALIFIER = "hnb659fds";

/** What CDK's command line is told that decides about whom it asks. */
export interface CdkFlags {
  /** `--profile`: the profile of the AWS configuration; without it, what the environment says. */
  readonly profile?: string;
  /** What the names of the bootstrapped resources hold, such as `hnb659fds`. */
  readonly qualifier: string;
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
    options: { profile: { type: "string" }, context: { type: "string", short: "c", multiple: true } },
    allowPositionals: true,
    strict: false,
  });
  const given = (values.context ?? []).map(String).find((pair) => pair.startsWith(`${QUALIFIER_KEY}=`));
  const qualifier = given?.slice(QUALIFIER_KEY.length + 1) ?? context[QUALIFIER_KEY];
  return {
    ...(typeof values.profile === "string" ? { profile: values.profile } : {}),
    qualifier: typeof qualifier === "string" ? qualifier : DEFAULT_QUALIFIER,
  };
}
