import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { z } from "zod";
import { kmsKeyArn } from "./arn";
import { yesOrNo } from "./values";

/** The retention periods that CloudWatch Logs accepts, in days. */
const RETENTION_DAYS: readonly number[] = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === "number" && days !== RetentionDays.INFINITE,
);

/** The log groups of a stage and the authorizer's log level. */
export const logs = z.strictObject({
  /** Days after which log lines are deleted; one of the periods that CloudWatch Logs accepts. @default 30 */
  retentionDays: z
    .number(`must be one of ${RETENTION_DAYS.join(", ")}`)
    .refine((days) => RETENTION_DAYS.includes(days), `must be one of ${RETENTION_DAYS.join(", ")}`)
    .default(30),
  /** Keep the log groups when the stack is destroyed. @default false */
  retain: yesOrNo.default(false),
  /** A customer-managed KMS key to encrypt the log groups with. @default CloudWatch's own encryption */
  kmsKeyArn: kmsKeyArn.optional(),
  /**
   * The lowest severity that the authorizer logs; `info` includes one line for each decision.
   * @default the configuration's `log.level`
   */
  level: z.enum(["debug", "info", "warn", "error"], "must be `debug`, `info`, `warn` or `error`").optional(),
});
