import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Annotations, Stack, Stage } from "aws-cdk-lib";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { type CheckedGate, checkGate } from "./checked-gate";
import type { FunctionSources } from "./function-sources";
import { InputError } from "./input-error";
import { CLI_VARIABLE, namedCli, OathgateCli } from "./oathgate-cli";
import { OathgateCode } from "./oathgate-code";
import type { OathgateProps } from "./oathgate-props";

/** The checked gate and the code that a gate's constructs are made from. */
export interface PreparedGate {
  readonly checked: CheckedGate;
  readonly functions: FunctionSources;
}

/**
 * Lays out, checks, tests and packages a gate's configuration and rules. Warnings and notes become annotations of the construct.
 *
 * If CDK's command line deploys nothing (`cdk list`, `cdk destroy`), this does nothing: those commands must work with any rules.
 *
 * @throws InputError if the configuration, the rules or the code can't be deployed
 */
export function prepareGate(construct: Construct, props: OathgateProps): PreparedGate {
  if (!Stack.of(construct).bundlingRequired && props.checked === undefined) {
    return { checked: NOTHING_CHECKED, functions: notBuilt() };
  }
  const root = process.cwd();
  const code = props.code ?? OathgateCode.fromPackage();
  const buildFolder = resolve(root, props.buildFolder ?? defaultBuildFolder(construct));
  // Building the program can take minutes, so that happens only if something has to be checked or packaged.
  let cli: OathgateCli | undefined;
  const program = () => {
    cli ??= new OathgateCli(root, namedCli(root) ?? code.program(process.env) ?? noProgram());
    return cli;
  };
  const checked = props.checked ?? checkHere(construct, { ...props, root, buildFolder }, program());
  return {
    checked,
    functions: code.functionSources({
      configFile: checked.configFile,
      architecture: props.architecture ?? Architecture.ARM_64,
      buildFolder,
      program,
    }),
  };
}

function checkHere(
  construct: Construct,
  props: OathgateProps & { readonly root: string; readonly buildFolder: string },
  cli: OathgateCli,
): CheckedGate {
  const { gate, findings } = checkGate(props, cli);
  for (const line of findings.split("\n")) {
    if (line.startsWith("warning: ")) {
      Annotations.of(construct).addWarningV2("oathgate:rules", line.replace("warning: ", ""));
    } else if (line.startsWith("note: ")) {
      Annotations.of(construct).addInfoV2("oathgate:rules", line.replace("note: ", ""));
    }
  }
  return gate;
}

function noProgram(): never {
  throw new InputError(
    `there is no \`oathgate\` program to check the rules with: set ${CLI_VARIABLE} to its path, or put it beside the binaries that \`code\` names; \`cargo build --release -p oathgate\` builds it from Oathgate's sources`,
  );
}

/** A folder beside the app's assets that only this gate uses. */
function defaultBuildFolder(construct: Construct): string {
  const outdir = Stage.of(construct)?.outdir ?? mkdtempSync(join(tmpdir(), "oathgate-"));
  return join(outdir, `oathgate.${construct.node.addr}`);
}

/** The placeholder for a gate in a template that is not deployed. */
const NOTHING_CHECKED: CheckedGate = { vouchedHeaders: [], redirects: false, rules: [] };

/** Placeholders for functions in a template that is not deployed. */
function notBuilt(): FunctionSources {
  const path = mkdtempSync(join(tmpdir(), "oathgate-not-built-"));
  writeFileSync(join(path, "not-built"), "");
  return { authorizer: { kind: "folder", path }, signingKeys: { kind: "folder", path } };
}
