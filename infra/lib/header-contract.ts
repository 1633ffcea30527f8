import { createHash } from "node:crypto";
import type { GateReport } from "./gate-report";

/** What the mappings and refusals of a deployment of an API are made for. */
export interface HeaderContractProps {
  readonly report: GateReport;
  readonly clientHeaders: readonly string[];
  readonly forgedHeaders: "refuse" | "replace";
  readonly vouchedHeaderFallback: string;
  readonly redirects: "refresh" | "location";
}

/**
 * The contract between a version of the function and a deployment of an API, as sixteen hexadecimal digits: versions with the
 * same contract can answer for the same deployment without letting a forged header in.
 */
export function headerContract(props: HeaderContractProps): string {
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
