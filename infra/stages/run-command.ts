import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "../lib/input-error";
import { type CdkFlags, readCdkFlags } from "./preflight/cdk-flags";
import { loadStage, loadStages, type Stage } from "./stage";

/** The project's root. */
export const ROOT = resolve(__dirname, "../..");

/** The stage and the flags of a command. */
export interface StageAndFlags {
  readonly stage: Stage;
  readonly flags: CdkFlags;
}

/** The stages and the flags of a command. */
export interface StagesAndFlags {
  readonly stages: readonly Stage[];
  /** A stage's name for a suggested command, or the path by which it was chosen. */
  readonly choiceOf: (stage: Stage) => string;
  readonly flags: CdkFlags;
}

/**
 * Reads a command's arguments: the stage's name or file first, then CDK's own flags.
 *
 * @throws InputError if the stage does not exist or is not valid
 */
export function stageAndFlags([choice, ...rest]: readonly string[]): StageAndFlags {
  return { stage: loadStage(ROOT, choice), flags: flagsIn(rest) };
}

/**
 * Reads a command's arguments: the stages' names or files first, in one argument, then CDK's own flags.
 *
 * @throws InputError if a stage does not exist or is not valid
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
 * Runs a command, which prints its lines on standard output; the message of an `InputError` goes to standard error.
 *
 * @param command receives a function that prints a line
 * @param refusedCode the exit code after an `InputError`
 */
export function runCommand(
  command: (print: (line: string) => void) => void | Promise<void>,
  refusedCode = 1,
): void {
  // The warning is about Node.js versions for later releases of the SDK; package.json has the version for this one.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const run = async () => command((line) => process.stdout.write(`${line}\n`));
  run().catch((error: unknown) => showRefusal(error, refusedCode));
}

/**
 * Prints the message of an `InputError` on standard error and sets the exit code.
 *
 * @throws the error itself if it is not an `InputError`
 */
export function showRefusal(error: unknown, exitCode = 1): void {
  if (!(error instanceof InputError)) {
    throw error;
  }
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = exitCode;
}
