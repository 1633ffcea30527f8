import { InputError } from "../../lib/input-error";
import type { StageSettings } from "../stage-schema";

/**
 * The URL of the backend of an HTTP or WebSocket API.
 *
 * @throws InputError if the stage has another backend, which its schema refuses
 */
export function publicBackendOf({ backendUrl }: Pick<StageSettings, "backendUrl">): string {
  if (backendUrl === undefined) {
    throw new InputError("`backendUrl` is missing: HTTP and WebSocket APIs support no other backend");
  }
  return backendUrl;
}
