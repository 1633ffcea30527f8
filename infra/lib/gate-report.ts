/** A vouched header: its value always comes from the gate, never from the client. */
export interface VouchedHeader {
  /** The header as the backend receives it, such as `X-User`. */
  readonly header: string;
  /** The key of the authorizer's context that holds its value, such as `x-user`. */
  readonly contextKey: string;
}

/** The facts about a configuration and its rules that an API's methods and refusals depend on. */
export interface GateReport {
  /** Every header that the mutators or the authorizer of some rule can set. */
  readonly vouchedHeaders: readonly VouchedHeader[];
  /** The challenge of every 401, if the fallback error handlers have one. @default no challenge */
  readonly wwwAuthenticate?: { readonly realm: string };
  /** Whether an error handler can redirect a browser. */
  readonly redirects: boolean;
  /** The tokens that the rules sign. @default the rules sign no tokens */
  readonly signedTokens?: SignedTokens;
  /** The rules that match the paths in `publicPaths`. @default no paths were given */
  readonly rulesOfPaths?: readonly MatchedPath[];
}

/** The tokens that rules sign. */
export interface SignedTokens {
  /** Their issuers, each once. */
  readonly issuers: readonly string[];
  /** The longest time that one is valid, in seconds. */
  readonly longestTtlSeconds: number;
}

/** A path that the API itself answers, and the ids of the rules that match a GET request for it. */
export interface MatchedPath {
  readonly path: string;
  readonly rules: readonly string[];
}

/** A rule, without the configuration of its handlers. */
export interface ListedRule {
  readonly id: string;
  readonly methods: readonly string[];
  readonly url: string;
  readonly authenticators: readonly string[];
  readonly authorizer: string;
  readonly mutators: readonly string[];
  readonly errors: readonly string[];
  /** A digest of the whole rule. */
  readonly digest: string;
}
