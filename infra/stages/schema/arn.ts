import { z } from "zod";

/** Where the resource of an Amazon resource name is. */
export interface ArnPlace {
  readonly region: string;
  readonly account: string;
}

/** Where the resource of a well-formed ARN is. */
export function placeOfArn(arn: string): ArnPlace {
  const [, , , region = "", account = ""] = arn.split(":");
  return { region, account };
}

/** The ARN of a resource of one region and account. */
export const regionalArn = (form: RegExp, sentence: string) => z.string(sentence).regex(form, sentence);
