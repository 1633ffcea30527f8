import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { z } from "zod";
import { kmsKeyArn } from "./arn";
import { yesOrNo } from "./values";

/** The retention periods CloudWatch Logs accepts, in days. */
const RETENTION_DAYS: readonly number[] = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === "number" && days !== RetentionDays.INFINITE,
);

/** How long a log group's lines are kept, and whether it outlives the stack. */
export const logs = z.strictObject({
  /** Days until a line is deleted; one of the periods CloudWatch Logs knows. @default 30 */
  retentionDays: z
    .number(`must be one of ${RETENTION_DAYS.join(", ")}`)
    .refine((days) => RETENTION_DAYS.includes(days), `must be one of ${RETENTION_DAYS.join(", ")}`)
    .default(30),
  /** Keep the log groups when the stack is destroyed. @default false */
  retain: yesOrNo.default(false),
  /** A customer-managed KMS key to encrypt the log groups with. @default CloudWatch's own encryption */
  kmsKeyArn: kmsKeyArn.optional(),
  /**
   * The least severe lines that the authorizer writes; `info` has one for each decision.
   * @default what the configuration's `log.level` says
   */
  level: z.enum(["debug", "info", "warn", "error"], "must be `debug`, `info`, `warn` or `error`").optional(),
});
