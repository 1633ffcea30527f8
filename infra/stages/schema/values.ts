import { z } from "zod";

/** The URL that a text writes, if it is one. */
export const parsedUrl = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/** An absolute http or https URL with nothing behind the path. */
export const serviceUrl = z.string("must be an http or https URL").superRefine((text, context) => {
  const url = parsedUrl(text);
  const complaint =
    url === undefined || !["http:", "https:"].includes(url.protocol) || url.hostname === ""
      ? "must be an http or https URL such as `https://backend.example.com`"
      : url.username !== "" || url.password !== ""
        ? "must not hold a user name or password"
        : /[?#]/.test(text)
          ? "must not hold a query or a fragment"
          : /[{}$\s]/.test(text)
            ? "must not hold blanks, braces or `$`"
            : undefined;
  if (complaint !== undefined) {
    context.addIssue({ code: "custom", message: complaint });
  }
});

/** A whole number within limits, of a unit that the message names. */
export const wholeNumber = (from: number, to: number, unit: string) =>
  z
    .int(`must be a whole number of ${unit} from ${from} to ${to}`)
    .min(from, `must be a whole number of ${unit} from ${from} to ${to}`)
    .max(to, `must be a whole number of ${unit} from ${from} to ${to}`);

/** `true` or `false`, and no other word for it. */
export const yesOrNo = z.boolean("must be `true` or `false`");

/** Names of headers or methods; they stand in quoted values of API Gateway's, which nothing may end early. */
export const names = (what: string) =>
  z.array(
    z.string(`must be a ${what}'s name`).regex(/^[A-Za-z0-9_*-]+$/, `must be a ${what}'s name`),
    "must be a list",
  );

/** The name of a region, of any partition. */
export const regionName = z
  .string("must be a region such as `eu-central-1`")
  .regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, "must be a region such as `eu-central-1`");
