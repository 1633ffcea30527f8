import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { builtByCargo, type FunctionSource, findFunctionSources } from "../lib/function-sources";
import { layOutGate } from "../lib/gate-folder";
import type { OathgateCli } from "../lib/oathgate-cli";
import { testRules } from "../lib/rule-tests";
import { OathgateStack, type OathgateStackProps } from "./oathgate-stack";
import type { Stage } from "./stage";
import { stageNotes } from "./stage-notes";
import { checkRegion } from "./stage-region";

/** What a stack is made from. */
export type StackInput = Pick<OathgateStackProps, "stage" | "report" | "rules" | "functions">;

/** What a stage decides by, checked and tested. */
export interface CheckedGate extends Omit<StackInput, "functions"> {
  /** The laid-out configuration's absolute path. */
  readonly configFile: string;
  /** What people are to see of it: every warning and note, the tests, and what the backend receives. */
  readonly findings: string;
}

/** Adds a stage's stack to the app: `oathgate-<stage>`. */
export function createStacks(app: App, { stage, report, rules, functions }: StackInput): OathgateStack {
  const { account, region } = stage.settings;
  return new OathgateStack(app, `oathgate-${stage.name}`, {
    stage,
    report,
    rules,
    functions,
    description: `Oathgate, stage ${stage.name}`,
    env: { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) },
  });
}

/**
 * Lays out, checks and tests what the stage decides by.
 *
 * @throws InputError where the configuration or the rules can't be deployed
 */
export function checkGate(stage: Stage, cli: OathgateCli): CheckedGate {
  checkRegion(stage);
  const configFile = layOutGate(stage, cli);
  const notes = stageNotes(stage).map((note) => `${note}\n`);
  const checked = cli.checkRules(configFile, stage.settings.publicHost);
  const tested = testRules(stage, configFile, cli);
  const table = cli.headersTable(configFile, stage.settings.clientHeaders);
  return {
    stage,
    report: cli.report(configFile),
    rules: cli.rules(configFile),
    configFile,
    findings: [...notes, checked, tested, table].join(""),
  };
}

/**
 * Packages a checked gate with a file in place of the built function, makes its stack, and throws both away: what
 * `oathgate package` and the CDK library refuse is known before anything is built.
 *
 * @throws InputError where the gate can't be packaged
 */
export function checkStack(gate: CheckedGate, cli: Pick<OathgateCli, "package">): void {
  const { context }: { context: Record<string, unknown> } = JSON.parse(
    readFileSync(join(gate.stage.root, "cdk.json"), "utf8"),
  );
  const folder = mkdtempSync(join(tmpdir(), "oathgate-check-"));
  try {
    const code: FunctionSource = { kind: "folder", path: join(folder, "package") };
    cli.package(gate.configFile, gate.configFile, code.path);
    const app = new App({ context, outdir: join(folder, "cdk.out"), analyticsReporting: false });
    createStacks(app, { ...gate, functions: { authorizer: code, signingKeys: code } });
    app.synth();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Adds the functions' code to a checked gate.
 *
 * @throws InputError where the code can't be found or packaged
 */
export function stackInputOf(gate: CheckedGate, cli: OathgateCli): StackInput {
  return { ...gate, functions: findFunctionSources(gate.stage, gate.configFile, cli) };
}

/** Enough to name a stage's stack: `cdk list` and `cdk destroy` must work whatever the rules say. */
export function nameOnlyInput(stage: Stage): StackInput {
  const functions = builtByCargo(stage.root, join(stage.root, stage.settings.config.file), {
    command: ["oathgate"],
  });
  return {
    stage,
    report: { vouched: [], www_authenticate: null, redirects: false, received: [] },
    rules: [],
    functions,
  };
}
