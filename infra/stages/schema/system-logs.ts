import { z } from "zod";
import { yesOrNo } from "./values";

/** What Lambda and API Gateway themselves log, beside what the functions do. */
export const systemLogs = z.strictObject({
  /**
   * Lambda's own lines about starts and invocations as JSON objects, of this severity and above.
   * @default lines of text, all of them
   */
  functions: z.enum(["debug", "info", "warn"], "must be `debug`, `info` or `warn`").optional(),
  /**
   * API Gateway's execution log: its errors, never what requests and answers hold. The account needs its API Gateway
   * logging role. @default false
   */
  api: yesOrNo.default(false),
});
