import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { type CheckedGate, checkGate } from "../lib/checked-gate";
import type { OathgateCli } from "../lib/oathgate-cli";
import { OathgateCode } from "../lib/oathgate-code";
import { gateSourcesOf } from "./gate-props";
import { OathgateStack, type OathgateStackProps } from "./oathgate-stack";
import { stackNameOf } from "./stack-name";
import type { Stage } from "./stage";
import { stageCode } from "./stage-code";
import { stageNotes } from "./stage-notes";
import { checkRegion } from "./stage-region";

/** The props of a stage's stack. */
export type StackInput = Pick<OathgateStackProps, "stage" | "checked" | "code">;

/** A stage whose configuration and rules have been checked and tested. */
export interface CheckedStage extends Pick<StackInput, "stage"> {
  readonly checked: CheckedGate & { readonly configFile: string };
  /** The text to show: every warning and note, the results of the tests, and what the backend receives. */
  readonly findings: string;
}

/** Adds a stage's stack, `oathgate-<stage>`, to the app. */
export function createStacks(app: App, input: StackInput): OathgateStack {
  const { name, settings } = input.stage;
  const { account, region } = settings;
  return new OathgateStack(app, stackNameOf(input.stage), {
    ...input,
    description: `Oathgate, stage ${name}`,
    terminationProtection: settings.terminationProtection,
    env: { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) },
  });
}

/**
 * Lays out, checks and tests a stage's configuration and rules.
 *
 * @throws InputError if the configuration or the rules can't be deployed
 */
export function checkStage(stage: Stage, cli: OathgateCli): CheckedStage {
  checkRegion(stage);
  const notes = stageNotes(stage).map((note) => `${note}\n`);
  const { gate, findings, tests, headersTable } = checkGate(gateSourcesOf(stage), cli);
  return { stage, checked: gate, findings: [...notes, findings, tests, headersTable].join("") };
}

/**
 * Packages a checked gate with a placeholder for the built function and synthesises its stack in a temporary folder, so that
 * what `oathgate package` and the CDK library refuse is found without building anything.
 *
 * @throws InputError if the gate can't be packaged or its stack can't be synthesised
 */
export function checkStack(
  { stage, checked }: Pick<CheckedStage, "stage" | "checked">,
  cli: Pick<OathgateCli, "package">,
): void {
  const { context }: { context: Record<string, unknown> } = JSON.parse(
    readFileSync(join(stage.root, "cdk.json"), "utf8"),
  );
  const folder = mkdtempSync(join(tmpdir(), "oathgate-check-"));
  try {
    const packaged = join(folder, "package");
    cli.package(checked.configFile, checked.configFile, packaged);
    const code = OathgateCode.fromFolders({ authorizer: packaged, signingKeys: packaged });
    const app = new App({ context, outdir: join(folder, "cdk.out"), analyticsReporting: false });
    createStacks(app, { stage, checked, code });
    app.synth();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Adds the functions' code to a checked stage. */
export function stackInputOf({ stage, checked }: CheckedStage, cli: OathgateCli): StackInput {
  return { stage, checked, code: stageCode(stage.root, cli) };
}

/** The props for a stack of which only the name is used: `cdk list` and `cdk destroy` must work with any rules. */
export function nameOnlyInput(stage: Stage): StackInput {
  return { stage, code: OathgateCode.fromCargo(stage.root) };
}
