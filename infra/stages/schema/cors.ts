import { z } from "zod";
import { origins } from "../../lib/prop-values";
import { names, wholeNumber, yesOrNo } from "./values";

/** Cross-origin access: API Gateway answers preflights, and refusals have the cross-origin headers too. */
export const cors = z
  .strictObject({
    /** The origins whose pages may call the API. */
    allowOrigins: origins,
    /** @default every method */
    allowMethods: names("method").default(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    /** @default Authorization, Content-Type */
    allowHeaders: names("header").default(["Authorization", "Content-Type"]),
    /** Headers of refusals that scripts may read. @default none */
    exposeHeaders: names("header").default([]),
    /** Allow requests with cookies. @default false */
    allowCredentials: yesOrNo.default(false),
    /** Seconds for which a browser may cache a preflight. @default 600 */
    maxAgeSeconds: wholeNumber(0, 86_400, "seconds").default(600),
  })
  .refine((cors) => !(cors.allowCredentials && cors.allowOrigins.includes("*")), {
    path: ["allowCredentials"],
    message: "can't be true while `allowOrigins` is `*`: browsers refuse it",
  });

/** The cross-origin settings of a stage that has them. */
export type CorsSettings = z.output<typeof cors>;
