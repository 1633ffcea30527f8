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

/** A KMS key, not an alias: policies name keys. */
export const kmsKeyArn = regionalArn(
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
  "must be a KMS key's ARN",
);
