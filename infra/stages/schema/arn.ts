import { z } from "zod";

/** The region and account of a resource. */
export interface ArnPlace {
  readonly region: string;
  readonly account: string;
}

/** The region and account in a well-formed ARN. */
export function placeOfArn(arn: string): ArnPlace {
  const [, , , region = "", account = ""] = arn.split(":");
  return { region, account };
}

/** The ARN of a resource in one region and account. */
export const regionalArn = (form: RegExp, message: string) => z.string(message).regex(form, message);

/** The ARN of a KMS key, not of an alias, because policies name keys. */
export const kmsKeyArn = regionalArn(
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
  "must be a KMS key's ARN",
);
