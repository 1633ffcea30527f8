import { z } from "zod";
import { regionalArn } from "./arn";

/** Who is told when an alarm goes off: a topic that exists, or an address that gets one. */
export const alarms = z
  .strictObject({
    /** A topic whose policy, and whose KMS key's, lets CloudWatch publish. */
    topicArn: regionalArn(
      /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
      "must be an SNS topic's ARN",
    ).optional(),
    /** An address that a topic of the stack's own sends mail to, once it has confirmed SNS's first one. */
    email: z.email("must be an e-mail address").optional(),
  })
  .refine(({ topicArn, email }) => (topicArn === undefined) !== (email === undefined), {
    path: ["topicArn"],
    message: "or `email` must be given, one of the two",
  });
