/** Options of `Oathgate.protect`. */
export interface ProtectOptions {
  /**
   * Methods that anybody may call, such as `GET /health`: nothing is decided about their requests. A method is named as the
   * app makes it, so what `ANY /files/{name}` answers is excluded as `ANY /files/{name}`. Preflights that API Gateway answers
   * itself (`OPTIONS` with a mock integration) are excluded without being named.
   * @default none
   */
  readonly exclude?: readonly string[];
  /** Lets pages of other origins read refusals. Preflights are the API's own. @default no cross-origin headers */
  readonly cors?: RefusalCorsOptions;
}

/** Which pages may read an API's refusals. */
export interface RefusalCorsOptions {
  /** The origins, or `*` alone. */
  readonly allowOrigins: readonly string[];
  /** Whether browsers send cookies along. @default false */
  readonly allowCredentials?: boolean;
  /** Headers of refusals that pages may read. @default none */
  readonly exposeHeaders?: readonly string[];
}
