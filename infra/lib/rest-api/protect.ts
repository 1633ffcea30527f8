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

/** What protects an API. */
export interface ProtectingGate {
  readonly function: LambdaFunction;
  /** Tells the function which of several origins may read refusals. */
  readonly allowOrigins: (origins: readonly string[]) => void;
  /** What decides each request: the function's `currentVersion`. */
  readonly version: Version;
  /** The alias by which requests are shifted to that version; nothing where they move at once. */
  readonly alias: ShiftedAlias | undefined;
  /** Earlier deploys whose deployments and authorizers stay. */
  readonly keepVersions: number;
  /** What must be there before the first request is answered, besides the version. */
  readonly before: readonly IDependable[];
  /** Methods that publish the signing keys to everybody. */
  readonly published: ReadonlySet<CfnMethod>;
  readonly report: GateReport;
  readonly redirects: "refresh" | "location";
  readonly vouchedHeaderFallback: string;
  readonly clientHeaders: readonly string[];
  readonly forgedHeaders: "refuse" | "replace";
}

/** After what an app's own aspects change, and before those that only look. */
const AFTER_CHANGES = AspectPriority.DEFAULT + (AspectPriority.READONLY - AspectPriority.DEFAULT) / 2;

/** Puts every method of a REST API behind the gate. */
export function protectRestApi(
  gate: ProtectingGate,
  api: RestApi,
  options: ProtectOptions,
): VersionAuthorizer {
  if (!(api instanceof RestApi)) {
    throw new InputError(
      seenByAttachOnly(
        "`protect` takes a RestApi that this app makes, because it changes each of its methods",
      ),
    );
  }
  if (Stack.of(api) !== Stack.of(gate.function)) {
    throw new InputError(
      `\`protect\`: the API \`${api.node.path}\` is in another stack than the gate, where a deployment could not change together with the version that decides for it: make the gate in the API's stack`,
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
    // No request is sent to a version that API Gateway may not call yet, or that has no keys.
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
