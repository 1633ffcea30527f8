import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, vi } from "vitest";
import { InputError } from "../lib/input-error";
import { OathgateCli } from "../lib/oathgate-cli";
import { parseStage, type Stage } from "../stages/stage";
import { LEAST } from "./synth";

const made: string[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of made.splice(0)) {
    rmSync(folder, { recursive: true });
  }
});

/** A project of its own in a temporary folder, which goes when the test ends. */
export function projectOf(files: Record<string, string>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "oathgate-")));
  made.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** A stage of such a project. */
export function stageIn(root: string, text: string = LEAST): Stage {
  return { name: "dev", root, settings: parseStage("config/stages/dev.yml", text) };
}

/** The output of the fake `oathgate` for a subcommand. */
export interface Answer {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** The fake `oathgate`, and how it was called. */
export function fakeCli(root: string, answers: Record<string, Answer> = {}) {
  const log = join(root, "calls");
  vi.stubEnv("OATHGATE_FAKE_LOG", log);
  vi.stubEnv("OATHGATE_FAKE", JSON.stringify(answers));
  return {
    cli: new OathgateCli(root, [process.execPath, join(__dirname, "fixtures/oathgate.mjs")]),
    calls: (): { args: string[]; folder: string; decidedAs: Record<string, string> }[] =>
      readFileSync(log, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
  };
}

/** The message that something refuses its input with. */
export function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error("nothing was refused");
}
