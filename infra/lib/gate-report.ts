/** A header that the gate vouches for: whatever the backend receives in it comes from the gate. */
export interface VouchedHeader {
  /** The header as the backend receives it, such as `X-User`. */
  readonly header: string;
  /** The key in the authorizer's context that always holds its value, such as `x-user`. */
  readonly contextKey: string;
}

/** What an API's methods and refusals are made from. */
export interface GateReport {
  /** Every header that some rule's mutators or authorizer can set. */
  readonly vouchedHeaders: readonly VouchedHeader[];
  /** The challenge of every 401, where the fallback error handlers have one. @default none */
  readonly wwwAuthenticate?: { readonly realm: string };
  /** Whether an error handler can send a browser elsewhere. */
  readonly redirects: boolean;
  /** The tokens that the rules sign. @default they sign none */
  readonly signedTokens?: SignedTokens;
  /** Which rules match the paths that were asked about. @default nothing was asked about */
  readonly rulesOfPaths?: readonly MatchedPath[];
}

/** The tokens that rules sign. */
export interface SignedTokens {
  /** What they name as their issuer, each once. */
  readonly issuers: readonly string[];
  /** How long one is valid at most. */
  readonly longestTtlSeconds: number;
}

/** A path of the API's own, and the ids of the rules that match a GET for it. */
export interface MatchedPath {
  readonly path: string;
  readonly rules: readonly string[];
}

/** A rule, without what its handlers are configured with. */
export interface ListedRule {
  readonly id: string;
  readonly methods: readonly string[];
  readonly url: string;
  readonly authenticators: readonly string[];
  readonly authorizer: string;
  readonly mutators: readonly string[];
  readonly errors: readonly string[];
  /** Changes with anything in the rule. */
  readonly digest: string;
}
