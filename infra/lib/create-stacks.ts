import { join } from "node:path";
import type { App } from "aws-cdk-lib";
import { builtByCargo, findFunctionSources } from "./function-sources";
import { layOutGate } from "./gate-folder";
import { OathgateCli } from "./oathgate-cli";
import { OathgateStack, type OathgateStackProps } from "./oathgate-stack";
import { testRules } from "./rule-tests";
import type { Stage } from "./stage";

/** What a stack is made from. */
export type StackInput = Pick<OathgateStackProps, "stage" | "report" | "rules" | "functions">;

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
 * @returns the laid-out configuration's absolute path
 * @throws InputError where the configuration or the rules can't be deployed
 */
export function checkedGate(stage: Stage, cli: OathgateCli = new OathgateCli(stage.root)): string {
  const configFile = layOutGate(stage, cli);
  cli.checkRules(configFile);
  testRules(stage, configFile, cli);
  return configFile;
}

/**
 * Checks what the stage decides by, asks which headers it vouches for, and finds the functions' code.
 *
 * @throws InputError where the configuration, the rules or the code can't be deployed
 */
export function readStackInput(stage: Stage, cli: OathgateCli = new OathgateCli(stage.root)): StackInput {
  const configFile = checkedGate(stage, cli);
  return {
    stage,
    report: cli.report(configFile),
    rules: cli.rules(configFile),
    functions: findFunctionSources(stage, configFile, cli),
  };
}

/** Enough to name a stage's stack: `cdk list` and `cdk destroy` must work whatever the rules say. */
export function nameOnlyInput(stage: Stage): StackInput {
  const functions = builtByCargo(stage.root, join(stage.root, stage.settings.config.file), {
    command: ["oathgate"],
  });
  return { stage, report: { vouched: [], www_authenticate: null, redirects: false }, rules: [], functions };
}
