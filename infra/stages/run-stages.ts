import { packagedBinaries, requireSameBinaries } from "./same-binaries";
import { stackNameOf } from "./stack-name";

/** The commands that several stages take in one run. */
export const COMMANDS_OF_SEVERAL = ["diff", "deploy"] as const;

/** One of them. */
export type CommandOfSeveral = (typeof COMMANDS_OF_SEVERAL)[number];

/** A run of one command over several stages. */
export interface StagesRun {
  readonly command: CommandOfSeveral;
  /** The stages' names, in the order in which they are to be changed. */
  readonly names: readonly string[];
  /** What `-c stages=…` gets. */
  readonly choices: string;
  /** The folder that the app is synthesised into. */
  readonly assembly: string;
  /** `CDK_FLAGS`. */
  readonly flags: readonly string[];
  /** Runs CDK's command line and gives its exit status. */
  readonly cdk: (args: readonly string[]) => number;
  /** Shows a line to the person who runs this. */
  readonly show: (line: string) => void;
}

/** What became of each stage. */
const PAST = { diff: "shown", deploy: "deployed" } as const;

/**
 * Synthesises one app with a stack for each stage, then runs the command stage by stage. The first that fails ends the run.
 *
 * @returns the exit status: 0, or that of the command that failed
 * @throws InputError where the stages would deploy different binaries
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
        show(`stage ${waiting}: not begun`);
      }
      return status;
    }
  }
  for (const name of names) {
    show(`stage ${name}: ${PAST[command]}`);
  }
  return 0;
}
