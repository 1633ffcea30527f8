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

/** What a stack is made from. */
export type StackInput = Pick<OathgateStackProps, "stage" | "checked" | "code">;

/** What a stage decides by, checked and tested. */
export interface CheckedStage extends Pick<StackInput, "stage"> {
  readonly checked: CheckedGate & { readonly configFile: string };
  /** What people are to see of it: every warning and note, the tests, and what the backend receives. */
  readonly findings: string;
}

/** Adds a stage's stack to the app: `oathgate-<stage>`. */
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
 * Lays out, checks and tests what the stage decides by.
 *
 * @throws InputError where the configuration or the rules can't be deployed
 */
export function checkStage(stage: Stage, cli: OathgateCli): CheckedStage {
  checkRegion(stage);
  const notes = stageNotes(stage).map((note) => `${note}\n`);
  const { gate, findings, tests, headersTable } = checkGate(gateSourcesOf(stage), cli);
  return { stage, checked: gate, findings: [...notes, findings, tests, headersTable].join("") };
}

/**
 * Packages a checked gate with a file in place of the built function, makes its stack, and throws both away: what
 * `oathgate package` and the CDK library refuse is known before anything is built.
 *
 * @throws InputError where the gate can't be packaged
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

/** Enough to name a stage's stack: `cdk list` and `cdk destroy` must work whatever the rules say. */
export function nameOnlyInput(stage: Stage): StackInput {
  return { stage, code: OathgateCode.fromCargo(stage.root) };
}
