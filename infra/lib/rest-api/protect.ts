import { AspectPriority, Aspects, Stack, Stage } from "aws-cdk-lib";
import { type CfnMethod, RestApi } from "aws-cdk-lib/aws-apigateway";
import type { Function as LambdaFunction, Version } from "aws-cdk-lib/aws-lambda";
import type { IDependable } from "constructs";
import type { GateReport } from "../gate-report";
import { InputError } from "../input-error";
import { checkCors } from "../props-check";
import type { ShiftedAlias } from "../rollout/shifted-alias";
import { placeholderMappings, vouchedMappings } from "./header-mappings";
import type { ProtectOptions } from "./protect-options";
import { ProtectedMethods } from "./protected-methods";
import { findUnprotected, seenByAttachOnly } from "./protection-check";
import { addRefusals, refusalsOf } from "./refusals";
import { VersionAuthorizer } from "./version-authorizer";

/** The parts of a gate that protect an API. */
export interface ProtectingGate {
  readonly function: LambdaFunction;
  /** Sets the origins whose pages may read refusals, if there are several. */
  readonly allowOrigins: (origins: readonly string[]) => void;
  /** The function's `currentVersion`, which decides each request. */
  readonly version: Version;
  /** The alias by which requests are shifted to that version; `undefined` if they move at once. */
  readonly alias: ShiftedAlias | undefined;
  /** The number of earlier deploys whose deployments and authorizers are kept. */
  readonly keepVersions: number;
  /** What the first request requires besides the version. */
  readonly before: readonly IDependable[];
  /** The public methods that publish the signing keys. */
  readonly published: ReadonlySet<CfnMethod>;
  readonly report: GateReport;
  readonly redirects: "refresh" | "location";
  readonly vouchedHeaderFallback: string;
  readonly clientHeaders: readonly string[];
  readonly forgedHeaders: "refuse" | "replace";
}

/** After an app's own aspects that change constructs, and before those that only read them. */
const AFTER_CHANGES = AspectPriority.DEFAULT + (AspectPriority.READONLY - AspectPriority.DEFAULT) / 2;

/**
 * Puts every method of a REST API behind the gate.
 *
 * @throws InputError if CDK does not know the API's methods, the API is in another stack or protected already, or `cors` is not valid
 */
export function protectRestApi(
  gate: ProtectingGate,
  api: RestApi,
  options: ProtectOptions,
): VersionAuthorizer {
  if (!(api instanceof RestApi)) {
    throw new InputError(
      seenByAttachOnly(
        "`protect` needs a `RestApi` that this app creates, because it changes each of its methods",
      ),
    );
  }
  if (Stack.of(api) !== Stack.of(gate.function)) {
    throw new InputError(
      `\`protect\`: the API \`${api.node.path}\` is in another stack than the gate, so its deployment could not change together with the version that decides for it: create the gate in the API's stack`,
    );
  }
  if (api.node.tryFindChild(AUTHORIZER_ID) !== undefined) {
    throw new InputError(`\`protect\`: the API \`${api.node.path}\` is protected already`);
  }
  const { exclude = [], cors } = options;
  if (cors !== undefined) {
    checkCors(api.node.path, cors);
  }
  const authorizer = new VersionAuthorizer(api, AUTHORIZER_ID, {
    restApiId: api.restApiId,
    version: gate.version,
    alias: gate.alias,
    retain: gate.keepVersions > 0,
  });
  const { vouchedHeaders } = gate.report;
  const methods = new ProtectedMethods({
    api,
    authorizer,
    // No request reaches a version that API Gateway may not invoke yet, or that has no keys.
    before: [authorizer, gate.version, ...(gate.alias === undefined ? [] : [gate.alias]), ...gate.before],
    retainDeployments: gate.keepVersions > 0,
    vouched: vouchedMappings(vouchedHeaders),
    placeholders: placeholderMappings(vouchedHeaders, {
      placeholder: gate.vouchedHeaderFallback,
      clientHeaders: gate.clientHeaders,
    }),
    exclude,
    published: gate.published,
    replacesForgedHeaders: gate.forgedHeaders === "replace",
  });
  Aspects.of(Stage.of(api) ?? api.node.root).add(methods, { priority: AFTER_CHANGES });
  const refusals = { report: gate.report, redirects: gate.redirects, cors };
  addRefusals(api, refusals);
  if (cors !== undefined && cors.allowOrigins.length > 1) {
    gate.allowOrigins(cors.allowOrigins);
  }
  const types = refusalsOf(refusals).map(({ type }) => type.responseType);
  api.node.addValidation({ validate: () => findUnprotected(methods, types) });
  return authorizer;
}

/** The construct's id below the API. */
const AUTHORIZER_ID = "OathgateAuthorizer";
