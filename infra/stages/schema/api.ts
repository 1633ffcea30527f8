import { z } from "zod";
import { canBringToken, NO_TOKEN_HEADER } from "../../lib/v2-api/token-header";
import { attachedApi } from "./attached-api";

/** The kinds of API that a stage can have. */
export const API_KINDS = ["rest", "http", "websocket"] as const;

/** The API in front of the backend. */
export const api = z.strictObject({
  /** What kind of API it is; `docs/api-kinds.md` says what each can't do. @default rest */
  kind: z.enum(API_KINDS, "must be `rest`, `http` or `websocket`").default("rest"),
  /** The header that brings what rules set in `Authorization`, which HTTP APIs can't map. @default Authorization */
  tokenHeader: z.string("must be a header's name").refine(canBringToken, NO_TOKEN_HEADER).optional(),
  ...attachedApi,
});

/** The API settings of a stage. */
export type ApiSettings = z.output<typeof api>;
