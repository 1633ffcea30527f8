import { createHash } from "node:crypto";
import { DEFAULT_PLACEHOLDER } from "./facts";
import type { GateReport } from "./gate-report";
import type { OathgateProps } from "./oathgate-props";

/**
 * The contract between a version of the function and a deployment of an API: the values that the deployment's mappings and
 * refusals are made from.
 */
export interface HeaderContract {
  readonly report: GateReport;
  readonly clientHeaders: readonly string[];
  readonly forgedHeaders: "refuse" | "replace";
  readonly vouchedHeaderFallback: string;
  readonly redirects: "refresh" | "location";
}

/** A gate's contract with all defaults applied. */
export function headerContractOf(
  props: Pick<OathgateProps, "clientHeaders" | "forgedHeaders" | "vouchedHeaderFallback" | "redirects">,
  report: GateReport,
): HeaderContract {
  return {
    report,
    clientHeaders: props.clientHeaders ?? [],
    forgedHeaders: props.forgedHeaders ?? "refuse",
    vouchedHeaderFallback: props.vouchedHeaderFallback ?? DEFAULT_PLACEHOLDER,
    redirects: props.redirects ?? "refresh",
  };
}

/**
 * The digest of a contract, sixteen hexadecimal digits. Versions with the same digest can decide for the same deployment
 * without letting a forged header through.
 */
export function contractDigest(props: HeaderContract): string {
  const { report, clientHeaders, forgedHeaders, vouchedHeaderFallback, redirects } = props;
  const contract = {
    vouched: report.vouchedHeaders.map(({ header, contextKey }) => [header, contextKey]).sort(),
    challenge: report.wwwAuthenticate?.realm ?? null,
    redirects: report.redirects ? redirects : null,
    clientHeaders: [...clientHeaders].sort(),
    forgedHeaders,
    vouchedHeaderFallback,
  };
  return createHash("sha256").update(JSON.stringify(contract)).digest("hex").slice(0, 16);
}
