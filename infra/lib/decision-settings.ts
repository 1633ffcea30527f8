import { DEFAULT_PLACEHOLDER, variableOf } from "./facts";

/** The settings that change decisions and are neither rules nor configuration. */
export interface DecisionSettings {
  /** The only host whose requests are decided. @default the host of each request */
  readonly publicHost?: string;
  /** The base path under which a custom domain serves the API. @default the domain's root */
  readonly basePath?: string;
  /** Whether requests with encoded slashes in their paths are decided instead of refused. @default false */
  readonly allowEncodedSlashes?: boolean;
  /** The placeholder of vouched headers. @default none */
  readonly vouchedHeaderFallback?: string;
  /** Vouched headers that keep the client's own value if no rule sets one. @default none */
  readonly clientHeaders?: readonly string[];
  /** What happens to requests with a vouched header of the client's own. @default refuse */
  readonly forgedHeaders?: "refuse" | "replace";
  /** The header that passes on what rules set in `Authorization`. @default Authorization itself */
  readonly tokenHeader?: string;
}

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
