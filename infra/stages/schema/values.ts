import { z } from "zod";
import { parsedUrl } from "../../lib/prop-values";

export { names, parsedUrl, wholeNumber } from "../../lib/prop-values";

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

/** `true` or `false`, and no other word for it. */
export const yesOrNo = z.boolean("must be `true` or `false`");

/** The name of a region, of any partition. */
export const regionName = z
  .string("must be a region such as `eu-central-1`")
  .regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, "must be a region such as `eu-central-1`");
