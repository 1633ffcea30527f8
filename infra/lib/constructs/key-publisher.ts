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
  /** The issuers that the rules' tokens name. */
  readonly issuers: readonly string[];
}

/** Publishes the public halves of a gate's signing keys at APIs. */
export class KeyPublisher {
  /** The methods that publish them, which stay open where an API is protected. */
  readonly methods = new Set<CfnMethod>();

  constructor(
    private readonly scope: Construct,
    private readonly props: KeyPublisherProps,
  ) {}

  /**
   * Adds the public documents to an API.
   *
   * @throws InputError where it is not known whose tokens they verify, or where keys would sign before backends know them
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
        `\`publishKeys\`: with this \`maxAge\`, \`signingKeys.rotation.publishAhead\` must be at least ${needed} seconds; it is ${ahead}: a token would be signed with a key that a backend does not know yet`,
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

/** The issuer that is named, or the only one of the rules. */
function issuerOf(named: string | undefined, issuers: readonly string[]): string {
  const [only, ...others] = issuers;
  if (named !== undefined) {
    return named;
  }
  if (only === undefined) {
    throw new InputError(
      "`publishKeys`: no rule signs a token; name the `issuer` of those that the keys verify",
    );
  }
  if (others.length > 0) {
    throw new InputError(
      `\`publishKeys\`: the rules sign tokens of several issuers (${issuers.join(", ")}); name the one as \`issuer\``,
    );
  }
  return only;
}
