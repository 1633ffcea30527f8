import { Duration } from "aws-cdk-lib";
import type { CheckedGate } from "../lib/checked-gate";
import { KEY_DOCUMENTS, type PublishKeysOptions } from "../lib/constructs/keys-endpoint";
import { InputError } from "../lib/input-error";
import { DEFAULT_KEYS_MAX_AGE_SECONDS } from "./schema/keys-endpoint";
import type { Stage } from "./stage";

/** The paths at which a stage publishes its keys, as its rules see them. */
export function publishedPaths({ settings }: Pick<Stage, "settings">): string[] {
  const { keysEndpoint, basePath = "", api } = settings;
  return keysEndpoint?.off || api.kind !== "rest" || api.attach !== undefined
    ? []
    : KEY_DOCUMENTS.map((document) => `${basePath}${keysEndpoint?.path ?? ""}${document}`);
}

/**
 * How a REST API of a stage publishes its keys; nothing where it does not. A stage that says nothing publishes them where its rules sign
 * tokens.
 *
 * @throws InputError where the stage has to choose: a rule is there already, or tokens name several issuers
 */
export function publishedKeysOf(
  { name, settings }: Pick<Stage, "name" | "settings">,
  checked: Pick<CheckedGate, "signedTokens" | "rulesOfPaths">,
): PublishKeysOptions | undefined {
  const { keysEndpoint } = settings;
  const issuers = checked.signedTokens?.issuers ?? [];
  if (keysEndpoint?.off || (keysEndpoint === undefined && issuers.length === 0)) {
    return undefined;
  }
  const [taken] = (checked.rulesOfPaths ?? []).filter(({ rules }) => rules.length > 0);
  if (keysEndpoint === undefined && taken !== undefined) {
    throw new InputError(
      `the stage \`${name}\` would publish its keys at ${taken.path}, which the rule \`${taken.rules[0]}\` matches: write \`keysEndpoint: off\` to leave the path to the rule, \`keysEndpoint: {path: /keys}\` to publish them elsewhere, or \`keysEndpoint: {maxAgeSeconds: ${DEFAULT_KEYS_MAX_AGE_SECONDS}}\` to publish them there, before any rule`,
    );
  }
  const issuer = keysEndpoint?.issuer ?? issuers[0];
  if (issuer === undefined) {
    throw new InputError(
      `the stage \`${name}\` publishes its keys, and no rule signs a token with them: write \`keysEndpoint: off\`, or \`keysEndpoint.issuer\``,
    );
  }
  if (keysEndpoint?.issuer === undefined && issuers.length > 1) {
    throw new InputError(
      `the rules of the stage \`${name}\` sign tokens of several issuers (${issuers.join(", ")}): write the one that its keys are published for as \`keysEndpoint.issuer\`, or \`keysEndpoint: off\``,
    );
  }
  return {
    issuer,
    maxAge: Duration.seconds(keysEndpoint?.maxAgeSeconds ?? DEFAULT_KEYS_MAX_AGE_SECONDS),
    ...(keysEndpoint?.path === undefined ? {} : { path: keysEndpoint.path }),
    ...(keysEndpoint?.url === undefined ? {} : { url: keysEndpoint.url }),
  };
}
