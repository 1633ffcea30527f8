import type { AttachedApiProps } from "./attached-api";
import {
  placeholderMappings,
  REQUEST_HEADER,
  type RequestParameters,
  vouchedMappings,
} from "./header-mappings";
import { type Refusal, refusalsOf } from "./refusals";

/** The form of the contract: `oathgate attach` refuses another one than its own. */
const FORMAT = 1;

/** What one version of the function asks of an API, as `oathgate attach` reads it (`authorizer/attach/src/contract.rs`). */
export interface AttachContract {
  readonly format: number;
  readonly gate: string;
  readonly restApiId: string;
  readonly stage: string;
  readonly functionArn: string;
  /** Headers of the backend's requests, and the places in the authorizer's context that they come from. */
  readonly headers: Readonly<Record<string, string>>;
  /** The same headers for methods without the authorizer. */
  readonly placeholders: Readonly<Record<string, string>>;
  /** Whether a header that the client forges is replaced instead of refused, which Lambda integrations cannot do. */
  readonly replacesForgedHeaders: boolean;
  readonly gatewayResponses: Readonly<Record<string, AttachedResponse>>;
  readonly exclude: readonly string[];
}

/** A gateway response as API Gateway's own API takes it. */
export interface AttachedResponse {
  readonly statusCode?: string;
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
}

/** All of a contract in one document, so that nobody reads one version's mappings with another version's name. */
export function attachContract(props: AttachedApiProps): AttachContract {
  const { gate, cors } = props;
  const { vouchedHeaders } = gate.report;
  const refusals = refusalsOf({ report: gate.report, redirects: gate.redirects, cors });
  return {
    format: FORMAT,
    gate: props.name,
    restApiId: props.restApiId,
    stage: props.stageName,
    functionArn: gate.version.functionArn,
    headers: byHeader(vouchedMappings(vouchedHeaders)),
    placeholders: byHeader(
      placeholderMappings(vouchedHeaders, {
        placeholder: gate.vouchedHeaderFallback,
        clientHeaders: gate.clientHeaders,
      }),
    ),
    replacesForgedHeaders: gate.forgedHeaders === "replace",
    gatewayResponses: Object.fromEntries(
      refusals.map((refusal) => [refusal.type.responseType, attachedResponse(refusal)]),
    ),
    exclude: props.exclude ?? [],
  };
}

function attachedResponse({ statusCode, responseHeaders = {}, templates = {} }: Refusal): AttachedResponse {
  return {
    ...(statusCode === undefined ? {} : { statusCode }),
    responseParameters: Object.fromEntries(
      Object.entries(responseHeaders).map(([name, source]) => [`gatewayresponse.header.${name}`, source]),
    ),
    responseTemplates: templates,
  };
}

function byHeader(parameters: RequestParameters): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, source]) => [name.slice(REQUEST_HEADER.length), source]),
  );
}
