import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "../../lib/input-error";
import { type CdkFlags, readCdkFlags } from "../preflight/cdk-flags";
import { loadStage, loadStages, type Stage } from "../stage";

/** The stage that a command is about. */
export interface StageAndFlags {
  readonly stage: Stage;
  readonly flags: CdkFlags;
}

/** The stages that a command is about. */
export interface StagesAndFlags {
  readonly stages: readonly Stage[];
  readonly flags: CdkFlags;
}

const ROOT = resolve(__dirname, "../../..");

/**
 * Reads what a command is about: the stage's name or file first, CDK's own flags anywhere behind it.
 *
 * @throws InputError where the stage is not there or not valid
 */
export function stageAndFlags([choice, ...rest]: readonly string[]): StageAndFlags {
  return { stage: loadStage(ROOT, choice), flags: flagsIn(rest) };
}

/**
 * Reads what a command is about: the stages' names or files first, in one word, CDK's own flags anywhere behind it.
 *
 * @throws InputError where a stage is not there or not valid
 */
export function stagesAndFlags([choices, ...rest]: readonly string[]): StagesAndFlags {
  return { stages: loadStages(ROOT, choices), flags: flagsIn(rest) };
}

function flagsIn(words: readonly string[]): CdkFlags {
  const { context } = JSON.parse(readFileSync(resolve(ROOT, "cdk.json"), "utf8"));
  return readCdkFlags(words, context);
}

/** Runs a command: its lines on standard output, what is refused on standard error with exit code 1. */
export function runCommand(command: (say: (line: string) => void) => Promise<void>): void {
  // Of the versions of Node.js that later versions of the SDK need; package.json says which one this needs.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  command((line) => process.stdout.write(`${line}\n`)).catch((error: unknown) => {
    if (!(error instanceof InputError)) {
      throw error;
    }
    process.stderr.write(`\n${error.message}\n\n`);
    process.exitCode = 1;
  });
}
