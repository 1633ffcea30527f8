import { Duration } from "aws-cdk-lib";
import type { CfnMethod, RestApi } from "aws-cdk-lib/aws-apigateway";
import type { Construct } from "constructs";
import { InputError } from "../input-error";
import { isPathPrefix, KeysEndpoint, type PublishKeysOptions } from "./keys-endpoint";
import type { SecretsFunctionOptions } from "./secrets-function";
import type { SigningKeys } from "./signing-keys";

/** Props for `KeyPublisher`. */
export interface KeyPublisherProps extends SecretsFunctionOptions {
  readonly signingKeys: SigningKeys;
  /** The issuers of the rules' tokens. */
  readonly issuers: readonly string[];
}

/** Publishes the public keys of a gate at APIs. */
export class KeyPublisher {
  /** The methods that publish them, which stay open on a protected API. */
  readonly methods = new Set<CfnMethod>();

  constructor(
    private readonly scope: Construct,
    private readonly props: KeyPublisherProps,
  ) {}

  /**
   * Adds the public documents to an API.
   *
   * @throws InputError if the issuer of the tokens is not known, or if a key would sign before backends know it
   */
  publish(api: RestApi, options: PublishKeysOptions): void {
    const { path = "", maxAge = Duration.minutes(5), url } = options;
    const { signingKeys, issuers, ...functions } = this.props;
    if (!isPathPrefix(path)) {
      throw new InputError(
        `\`publishKeys\`: \`path\` must be a path such as \`/auth\`, without a slash at its end; it is \`${path}\``,
      );
    }
    const issuer = issuerOf(options.issuer, issuers);
    const ahead = signingKeys.lifeCycle?.publishAhead.toSeconds();
    const needed = signingKeys.ttl.toSeconds() + maxAge.toSeconds();
    if (ahead !== undefined && ahead < needed) {
      throw new InputError(
        `\`publishKeys\`: with this \`maxAge\`, \`signingKeys.rotation.publishAhead\` must be at least ${needed} seconds; it is ${ahead}, so tokens would be signed with a key that backends do not know yet`,
      );
    }
    const id = `KeysEndpoint${this.methods.size === 0 ? "" : this.methods.size}`;
    const endpoint = new KeysEndpoint(this.scope, id, {
      ...functions,
      mayRead: signingKeys.readStatements(),
      environment: signingKeys.readerEnvironment(),
      ...{ api, path, maxAge, issuer, url },
    });
    for (const method of endpoint.methods) {
      this.methods.add(method);
    }
  }
}

/** The given issuer, or else the only one of the rules. */
function issuerOf(named: string | undefined, issuers: readonly string[]): string {
  const [only, ...others] = issuers;
  if (named !== undefined) {
    return named;
  }
  if (only === undefined) {
    throw new InputError(
      "`publishKeys`: no rule signs tokens; set `issuer` to the issuer of the tokens that the keys verify",
    );
  }
  if (others.length > 0) {
    throw new InputError(
      `\`publishKeys\`: the rules sign tokens of several issuers (${issuers.join(", ")}); set \`issuer\` to one of them`,
    );
  }
  return only;
}
