import { InputError } from "../../lib/input-error";
import type { StageSettings } from "../stage-schema";

/**
 * The URL of the backend of an HTTP or WebSocket API.
 *
 * @throws InputError where the stage has another backend; its schema has refused that
 */
export function publicBackendOf({ backendUrl }: Pick<StageSettings, "backendUrl">): string {
  if (backendUrl === undefined) {
    throw new InputError("`backendUrl` is missing: HTTP and WebSocket APIs have no other backend");
  }
  return backendUrl;
}
