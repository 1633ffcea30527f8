import { z } from "zod";
import { regionalArn } from "./arn";

/** Whom the alarms notify: an existing topic, or an address with a new topic. */
export const alarms = z
  .strictObject({
    /** An existing topic whose policy, and that of its KMS key, allow CloudWatch to publish. */
    topicArn: regionalArn(
      /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
      "must be an SNS topic's ARN",
    ).optional(),
    /** An address that the stack's own topic sends e-mail to after it has confirmed its subscription. */
    email: z.email("must be an e-mail address").optional(),
  })
  .refine(({ topicArn, email }) => (topicArn === undefined) !== (email === undefined), {
    path: ["topicArn"],
    message: "or `email` must be set, but not both",
  });
