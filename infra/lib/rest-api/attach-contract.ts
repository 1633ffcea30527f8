import type { AttachedApiProps } from "./attached-api";
import {
  placeholderMappings,
  REQUEST_HEADER,
  type RequestParameters,
  vouchedMappings,
} from "./header-mappings";
import { type Refusal, refusalsOf } from "./refusals";

/** The version of the contract's format; `oathgate attach` refuses any other. */
const FORMAT = 1;

/** What one version of the function requires of an API, as `oathgate attach` reads it (`authorizer/attach/src/contract.rs`). */
export interface AttachContract {
  readonly format: number;
  readonly gate: string;
  readonly restApiId: string;
  readonly stage: string;
  readonly functionArn: string;
  /** Headers of requests to the backend, each with the context key that it is mapped from. */
  readonly headers: Readonly<Record<string, string>>;
  /** The same headers for methods without the authorizer, with their placeholders. */
  readonly placeholders: Readonly<Record<string, string>>;
  /** Whether forged headers are replaced instead of refused, which Lambda integrations do not support. */
  readonly replacesForgedHeaders: boolean;
  readonly gatewayResponses: Readonly<Record<string, AttachedResponse>>;
  readonly exclude: readonly string[];
}

/** A gateway response, as in the API of API Gateway. */
export interface AttachedResponse {
  readonly statusCode?: string;
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
}

/** A contract in one document, so that no reader combines one version's mappings with another version's ARN. */
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
