import { layOutGate } from "./gate-folder";
import type { GateReport, ListedRule } from "./gate-report";
import { type GateSources, nameOfProp } from "./gate-sources";
import type { OathgateCli } from "./oathgate-cli";
import { testRules } from "./rule-tests";

/**
 * A gate's configuration and rules after the check, as its constructs need them.
 *
 * An app's tests that must not run the `oathgate` program pass one in `OathgateProps.checked`.
 */
export interface CheckedGate extends GateReport {
  /** The rules, for the template's metadata. */
  readonly rules: readonly ListedRule[];
  /** The laid-out configuration's absolute path, which the function's code is packaged from. @default nothing is packaged */
  readonly configFile?: string;
}

/** A checked gate, and the texts to show to the person who deploys it. */
export interface GateCheck {
  readonly gate: CheckedGate & { readonly configFile: string };
  /** Every warning and note, and the line that counts them. */
  readonly findings: string;
  /** The results of the rules' tests. */
  readonly tests: string;
  /** A table of what the backend receives in each vouched header, rule by rule. */
  readonly headersTable: string;
}

/**
 * Lays out, checks and tests a gate's configuration and rules.
 *
 * @throws InputError if the configuration or the rules can't be deployed
 */
export function checkGate(sources: GateSources, cli: OathgateCli): GateCheck {
  const configFile = layOutGate(sources, cli);
  const { publicHost, secretHeader } = sources;
  const findings = cli.checkRules(configFile, namedFiles(sources), publicHost, secretHeader?.name);
  const tests = testRules(sources, configFile, cli);
  const headersTable = cli.headersTable(configFile, sources.clientHeaders ?? []);
  return {
    gate: {
      ...cli.report(configFile, sources.publicPaths, sources.publicHost),
      rules: cli.rules(configFile),
      configFile,
    },
    findings,
    tests,
    headersTable,
  };
}

/** The props that name the configuration and the rules, as error messages show them. */
function namedFiles(sources: GateSources): string {
  const props = sources.rules === undefined ? (["config"] as const) : (["config", "rules"] as const);
  return props.map((prop) => nameOfProp(sources, prop)).join(", ");
}
