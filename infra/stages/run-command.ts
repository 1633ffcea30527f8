import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "../lib/input-error";
import { type CdkFlags, readCdkFlags } from "./preflight/cdk-flags";
import { loadStage, loadStages, type Stage } from "./stage";

/** The project's root. */
export const ROOT = resolve(__dirname, "../..");

/** The stage that a command is about. */
export interface StageAndFlags {
  readonly stage: Stage;
  readonly flags: CdkFlags;
}

/** The stages that a command is about. */
export interface StagesAndFlags {
  readonly stages: readonly Stage[];
  /** A stage in the words of a command that is proposed: whoever chose a file's path gets it back. */
  readonly choiceOf: (stage: Stage) => string;
  readonly flags: CdkFlags;
}

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
export function stagesAndFlags([choices = "", ...rest]: readonly string[]): StagesAndFlags {
  const stages = loadStages(ROOT, choices);
  const choiceOf = ({ name }: Stage) => (stages.length === 1 ? choices.trim() : name);
  return { stages, choiceOf, flags: flagsIn(rest) };
}

function flagsIn(words: readonly string[]): CdkFlags {
  const { context } = JSON.parse(readFileSync(resolve(ROOT, "cdk.json"), "utf8"));
  return readCdkFlags(words, context);
}

/**
 * Runs a command: its lines on standard output, what is refused on standard error.
 *
 * @param refused the exit code where something is refused
 */
export function runCommand(
  command: (say: (line: string) => void) => void | Promise<void>,
  refused = 1,
): void {
  // Of the versions of Node.js that later versions of the SDK need; package.json says which one this needs.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const run = async () => command((line) => process.stdout.write(`${line}\n`));
  run().catch((error: unknown) => showRefusal(error, refused));
}

/**
 * Shows what is refused on standard error, and sets the exit code.
 *
 * @throws the error itself where it is no refusal
 */
export function showRefusal(error: unknown, exitCode = 1): void {
  if (!(error instanceof InputError)) {
    throw error;
  }
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = exitCode;
}
