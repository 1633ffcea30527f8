/** Options of `Oathgate.protect`. */
export interface ProtectOptions {
  /**
   * Public methods, such as `GET /health`: their requests are not decided. A method has the name under which the app creates it,
   * so the requests of `ANY /files/{name}` are excluded as `ANY /files/{name}`. Preflights that API Gateway answers itself
   * (`OPTIONS` with a mock integration) are always excluded.
   * @default none
   */
  readonly exclude?: readonly string[];
  /** Lets pages of other origins read refusals. The API itself handles preflights. @default no cross-origin headers */
  readonly cors?: RefusalCorsOptions;
}

/** The pages that may read an API's refusals. */
export interface RefusalCorsOptions {
  /** The origins, or `*` alone. */
  readonly allowOrigins: readonly string[];
  /** Allow requests with cookies. @default false */
  readonly allowCredentials?: boolean;
  /** Headers of refusals that pages may read. @default none */
  readonly exposeHeaders?: readonly string[];
}
