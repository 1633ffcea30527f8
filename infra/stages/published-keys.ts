import { Duration } from "aws-cdk-lib";
import type { CheckedGate } from "../lib/checked-gate";
import { KEY_DOCUMENTS, type PublishKeysOptions } from "../lib/constructs/keys-endpoint";
import { InputError } from "../lib/input-error";
import { DEFAULT_KEYS_MAX_AGE_SECONDS } from "./schema/keys-endpoint";
import type { Stage } from "./stage";

/** The paths at which a stage publishes its keys, as they appear to rules. */
export function publishedPaths({ settings }: Pick<Stage, "settings">): string[] {
  const { keysEndpoint, basePath = "", api } = settings;
  return keysEndpoint?.off || api.kind !== "rest" || api.attach !== undefined
    ? []
    : KEY_DOCUMENTS.map((document) => `${basePath}${keysEndpoint?.path ?? ""}${document}`);
}

/**
 * How a stage's REST API publishes its keys; `undefined` if it does not. By default a stage publishes them if its rules sign
 * tokens.
 *
 * @throws InputError if the stage has to choose: a rule matches these paths, or the tokens have several issuers
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
      `the stage \`${name}\` would publish its keys at ${taken.path}, which the rule \`${taken.rules[0]}\` matches: set \`keysEndpoint: off\` to let the rule decide, \`keysEndpoint: {path: /keys}\` to publish them under another path, or \`keysEndpoint: {maxAgeSeconds: ${DEFAULT_KEYS_MAX_AGE_SECONDS}}\` to publish them there, bypassing the rule`,
    );
  }
  const issuer = keysEndpoint?.issuer ?? issuers[0];
  if (issuer === undefined) {
    throw new InputError(
      `the stage \`${name}\` publishes its keys, but no rule signs tokens with them: set \`keysEndpoint: off\`, or \`keysEndpoint.issuer\``,
    );
  }
  if (keysEndpoint?.issuer === undefined && issuers.length > 1) {
    throw new InputError(
      `the rules of the stage \`${name}\` sign tokens of several issuers (${issuers.join(", ")}): set \`keysEndpoint.issuer\` to the one that the keys are published for, or \`keysEndpoint: off\``,
    );
  }
  return {
    issuer,
    maxAge: Duration.seconds(keysEndpoint?.maxAgeSeconds ?? DEFAULT_KEYS_MAX_AGE_SECONDS),
    ...(keysEndpoint?.path === undefined ? {} : { path: keysEndpoint.path }),
    ...(keysEndpoint?.url === undefined ? {} : { url: keysEndpoint.url }),
  };
}
