import { z } from "zod";
import { canCarryToken, TOKEN_HEADER_MESSAGE } from "../../lib/v2-api/token-header";
import { attachedApi } from "./attached-api";

/** The kinds of API that a stage can have. */
export const API_KINDS = ["rest", "http", "websocket"] as const;

/** The API of a stage. */
export const api = z.strictObject({
  /** The kind of API; `docs/api-kinds.md` lists what each does not support. @default rest */
  kind: z.enum(API_KINDS, "must be `rest`, `http` or `websocket`").default("rest"),
  /** The header in which the backend receives what rules set in `Authorization`, which HTTP APIs can't map. @default Authorization */
  tokenHeader: z.string("must be a header's name").refine(canCarryToken, TOKEN_HEADER_MESSAGE).optional(),
  ...attachedApi,
});

/** The API settings of a stage. */
export type ApiSettings = z.output<typeof api>;
