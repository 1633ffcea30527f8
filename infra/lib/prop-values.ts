import { z } from "zod";
import type { Limits } from "./facts";

/** Schemas of values that are both props of the library and settings of stages. */

/** Parses an absolute URL; `undefined` if the text is not one. */
export const parsedUrl = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/** A whole number within limits; the message names its unit. */
export const wholeNumber = (from: number, to: number, unit: string) =>
  z
    .int(`must be a whole number of ${unit} from ${from} to ${to}`)
    .min(from, `must be a whole number of ${unit} from ${from} to ${to}`)
    .max(to, `must be a whole number of ${unit} from ${from} to ${to}`);

/** A whole number within the limits that the Rust programs define. */
export const wholeNumberOf = ({ least, most }: Limits, unit: string) => wholeNumber(least, most, unit);

/** Names of headers or methods. They are written into quoted values of API Gateway, so they must not contain a quote. */
export const names = (what: string) =>
  z.array(
    z.string(`must be a ${what}'s name`).regex(/^[A-Za-z0-9_*-]+$/, `must be a ${what}'s name`),
    "must be a list",
  );

/** The host that rules are written for. */
export const publicHost = z
  .string("must be a host name")
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/,
    "must be a host name in lower case, such as `api.example.com`",
  );

/** A path that precedes others, such as the example. */
export const pathPrefix = (example: string) =>
  z
    .string("must be a path")
    .regex(
      /^(\/[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)+$/,
      `must be a path such as \`${example}\`, without a slash at its end`,
    );

/** The base path under which a custom domain serves the API. */
export const basePath = pathPrefix("/orders");

/** The placeholder that a vouched header has if no rule sets it. */
export const vouchedHeaderFallback = z
  .string("must be text")
  .regex(/^[\x21-\x7e]{1,128}$/, "must be 1 to 128 visible ASCII characters, without spaces");

/** What happens to a request in which the client itself sends a vouched header. */
export const forgedHeaders = z.enum(["refuse", "replace"], "must be `refuse` or `replace`");

/** How API Gateway redirects a browser if a rule's error handler says so. */
export const redirects = z.enum(["refresh", "location"], "must be `refresh` or `location`");

/** The CloudWatch namespace of the authorizer's metrics. */
export const metricsNamespace = z
  .string("must be a namespace")
  .regex(
    /^(?!AWS\/)[A-Za-z0-9._/#:-]{1,255}$/,
    "must be a namespace such as `Oathgate`, not one of AWS's own",
  );

const origin = z
  .string("must be an origin")
  // Written into mapping templates: no character may end a string there.
  .refine((text) => text === "*" || (parsedUrl(text)?.origin === text && /^[\w.:/[\]-]+$/.test(text)), {
    message: "must be `*` or an origin such as `https://app.example.com` (no path, no slash at the end)",
  });

/** The origins whose pages may call an API. */
export const origins = z
  .array(origin, "must be a list of origins")
  .min(1, "must name an origin")
  .refine((all) => all.length === 1 || !all.includes("*"), "must not mix `*` with origins");
