import { z } from "zod";
import { parsedUrl } from "../../lib/prop-values";

export { names, parsedUrl, wholeNumber, wholeNumberOf } from "../../lib/prop-values";

/** An absolute http or https URL without query and fragment. */
export const serviceUrl = z.string("must be an http or https URL").superRefine((text, context) => {
  const url = parsedUrl(text);
  const complaint =
    url === undefined || !["http:", "https:"].includes(url.protocol) || url.hostname === ""
      ? "must be an http or https URL such as `https://backend.example.com`"
      : url.username !== "" || url.password !== ""
        ? "must not contain a user name or password"
        : /[?#]/.test(text)
          ? "must not contain a query or a fragment"
          : /[{}$\s]/.test(text)
            ? "must not contain spaces, braces or `$`"
            : undefined;
  if (complaint !== undefined) {
    context.addIssue({ code: "custom", message: complaint });
  }
});

/** A boolean. */
export const yesOrNo = z.boolean("must be `true` or `false`");

/** The name of a region in any partition. */
export const regionName = z
  .string("must be a region such as `eu-central-1`")
  .regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, "must be a region such as `eu-central-1`");
