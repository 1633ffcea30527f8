import { DEFAULT_PLACEHOLDER, variableOf } from "./facts";
import type { OathgateProps } from "./oathgate-props";

/** The settings that change decisions and are neither rules nor configuration. */
export type DecisionSettings = Pick<
  OathgateProps,
  | "publicHost"
  | "basePath"
  | "allowEncodedSlashes"
  | "vouchedHeaderFallback"
  | "clientHeaders"
  | "forgedHeaders"
  | "tokenHeader"
>;

const NAMES = {
  publicHost: variableOf("publicHost"),
  basePath: variableOf("basePath"),
  allowEncodedSlashes: variableOf("allowEncodedSlashes"),
  vouchedHeaderFallback: variableOf("vouchedHeaderFallback"),
  clientHeaders: variableOf("clientHeaders"),
  forgedHeaders: variableOf("forgedHeaders"),
  tokenHeader: variableOf("api.tokenHeader"),
  secretHeader: variableOf("backend.secretHeader.name"),
};

/** The variables that hold the settings that change decisions. */
export const DECISION_VARIABLES: readonly string[] = Object.values(NAMES);

/** These settings as the function and the `oathgate` program read them: as variables. */
export function decisionVariables(settings: DecisionSettings): Record<string, string> {
  const { publicHost, basePath, allowEncodedSlashes, vouchedHeaderFallback } = settings;
  const { clientHeaders = [], forgedHeaders, tokenHeader } = settings;
  return {
    ...(publicHost === undefined ? {} : { [NAMES.publicHost]: publicHost }),
    ...(basePath === undefined ? {} : { [NAMES.basePath]: basePath }),
    ...(allowEncodedSlashes ? { [NAMES.allowEncodedSlashes]: "true" } : {}),
    [NAMES.vouchedHeaderFallback]: vouchedHeaderFallback ?? DEFAULT_PLACEHOLDER,
    ...(clientHeaders.length === 0 ? {} : { [NAMES.clientHeaders]: clientHeaders.join(",") }),
    ...(forgedHeaders === "replace" ? { [NAMES.forgedHeaders]: forgedHeaders } : {}),
    ...(tokenHeader === undefined ? {} : { [NAMES.tokenHeader]: tokenHeader }),
  };
}

/** The variable that names the backend's secret header. */
export function secretHeaderVariable(name: string): Record<string, string> {
  return { [NAMES.secretHeader]: name };
}
