import { z } from "zod";
import { pathPrefix } from "../../lib/prop-values";
import { serviceUrl, wholeNumber } from "./values";

/** The default of `keysEndpoint.maxAgeSeconds`. */
export const DEFAULT_KEYS_MAX_AGE_SECONDS = 300;

/** How the API publishes the public signing keys; `off` is short for `{off: true}`. */
export const keysEndpoint = z.preprocess(
  (written) => (written === "off" ? { off: true } : written),
  z.strictObject(
    {
      /** Publish nothing. @default false */
      off: z.boolean("must be `true` or `false`").default(false),
      /** Seconds for which verifiers may cache the documents. @default 300 */
      maxAgeSeconds: wholeNumber(1, 86_400, "seconds").default(DEFAULT_KEYS_MAX_AGE_SECONDS),
      /** The path under which the documents are published, such as `/auth`. @default the API's root */
      path: pathPrefix("/auth").optional(),
      /** The issuer in the discovery document. @default the issuer of the rules' tokens */
      issuer: z.string("must be text").min(1, "must not be empty").optional(),
      /** The public base URL of the documents. @default the URL by which API Gateway is called */
      url: serviceUrl.optional(),
    },
    "must be `off` or a map of settings",
  ),
);

/** The settings of the published keys of a stage. */
export type KeysEndpointSettings = z.output<typeof keysEndpoint>;
