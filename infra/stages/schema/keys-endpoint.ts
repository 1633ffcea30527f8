import { z } from "zod";
import { pathPrefix } from "../../lib/prop-values";
import { serviceUrl, wholeNumber } from "./values";

/** How long a document may be kept where nothing else is said, in seconds. */
export const DEFAULT_KEYS_MAX_AGE_SECONDS = 300;

/** Where the API publishes the public halves of the signing keys; `off` is short for `{off: true}`. */
export const keysEndpoint = z.preprocess(
  (written) => (written === "off" ? { off: true } : written),
  z.strictObject(
    {
      /** Publish nothing. @default false */
      off: z.boolean("must be `true` or `false`").default(false),
      /** Seconds that whoever verifies tokens may keep the documents. @default 300 */
      maxAgeSeconds: wholeNumber(1, 86_400, "seconds").default(DEFAULT_KEYS_MAX_AGE_SECONDS),
      /** A path that the documents are put below, such as `/auth`. @default the API's root */
      path: pathPrefix("/auth").optional(),
      /** The issuer that the discovery document names. @default what the rules' tokens name */
      issuer: z.string("must be text").min(1, "must not be empty").optional(),
      /** The public URL that the documents are found below. @default the address that API Gateway was called by */
      url: serviceUrl.optional(),
    },
    "must be `off` or a map of settings",
  ),
);

/** What a stage says of the documents. */
export type KeysEndpointSettings = z.output<typeof keysEndpoint>;
