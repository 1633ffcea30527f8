import { packagedBinaries, requireSameBinaries } from "./same-binaries";
import { stackNameOf } from "./stack-name";

/** The commands that accept several stages in one run. */
export const MULTI_STAGE_COMMANDS = ["diff", "deploy"] as const;

/** One of them. */
export type MultiStageCommand = (typeof MULTI_STAGE_COMMANDS)[number];

/** A run of one command over several stages. */
export interface StagesRun {
  readonly command: MultiStageCommand;
  /** The stages' names, in the order in which they are changed. */
  readonly names: readonly string[];
  /** The value of `-c stages=…`. */
  readonly choices: string;
  /** CDK's output folder. */
  readonly assembly: string;
  /** `CDK_FLAGS`. */
  readonly flags: readonly string[];
  /** Runs CDK's command line and returns its exit status. */
  readonly cdk: (args: readonly string[]) => number;
  /** Shows a line to the user. */
  readonly show: (line: string) => void;
}

/** The result for each stage. */
const PAST = { diff: "shown", deploy: "deployed" } as const;

/**
 * Synthesises one app with a stack for each stage, then runs the command stage by stage. The first that fails ends the run.
 *
 * @returns the exit status: 0, or that of the command that failed
 * @throws InputError if the stages would deploy different binaries
 */
export function runStages(run: StagesRun): number {
  const { command, names, choices, assembly, flags, cdk, show } = run;
  const synthesised = cdk(["synth", "--quiet", "-c", `stages=${choices}`, "--output", assembly, ...flags]);
  if (synthesised !== 0) {
    show("synth failed; nothing was changed");
    return synthesised;
  }
  const stackOf = (name: string) => stackNameOf({ name });
  for (const line of requireSameBinaries(packagedBinaries(assembly, names.map(stackOf)))) {
    show(line);
  }
  for (const [index, name] of names.entries()) {
    const status = cdk([command, "--app", assembly, stackOf(name), ...flags]);
    if (status !== 0) {
      for (const done of names.slice(0, index)) {
        show(`stage ${done}: ${PAST[command]}`);
      }
      show(`stage ${name}: ${command} failed`);
      for (const waiting of names.slice(index + 1)) {
        show(`stage ${waiting}: not started`);
      }
      return status;
    }
  }
  for (const name of names) {
    show(`stage ${name}: ${PAST[command]}`);
  }
  return 0;
}
