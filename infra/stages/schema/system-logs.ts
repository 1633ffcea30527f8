import { z } from "zod";
import { yesOrNo } from "./values";

/** The logs of Lambda and API Gateway themselves. */
export const systemLogs = z.strictObject({
  /**
   * Write Lambda's own lines about starts and invocations of this severity and above as JSON objects.
   * @default all of them, as text
   */
  functions: z.enum(["debug", "info", "warn"], "must be `debug`, `info` or `warn`").optional(),
  /**
   * API Gateway's execution log: only errors, never the contents of requests and responses. The account needs its API Gateway
   * logging role. @default false
   */
  api: yesOrNo.default(false),
});
