import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { parseDocument } from "yaml";
import type { z } from "zod";
import { InputError } from "../lib/input-error";
import { nearMiss } from "../lib/near-miss";
import { hostAndBasePath } from "./schema/domain";
import { type StageSettings, stageSchema } from "./stage-schema";
import { stageSentences } from "./stage-sentences";

/** The folder of the stage files, relative to the project's root. */
const STAGES = "config/stages";

/** A stage: its name, its file and its settings. */
export interface Stage {
  /** The file's name without `.yml`, which is part of the stack's name and of the API's URL. */
  readonly name: string;
  /** The project's root, which paths in the settings are relative to. */
  readonly root: string;
  /** The absolute path of the stage's file. */
  readonly file?: string;
  readonly settings: StageSettings;
}

/**
 * Reads and checks a stage.
 *
 * @param root the project's root
 * @param choice a stage's name (`dev` is `config/stages/dev.yml`) or the path of a file that ends in `.yml`
 * @throws InputError if the stage does not exist, or with one message for each mistake in its file
 */
export function loadStage(root: string, choice: string | undefined): Stage {
  const known = stageNames(root);
  if (choice === undefined || choice === "") {
    throw new InputError(
      `no stage is given: add \`-c stage=…\` with one of ${known.join(", ")} (${STAGES}/*.yml)`,
    );
  }
  const file = resolve(root, choice.endsWith(".yml") ? choice : join(STAGES, `${choice}.yml`));
  const shown = relative(root, file);
  if (!existsSync(file)) {
    const meant = nearMiss(choice, known);
    const hint = meant === undefined ? `the stages are ${known.join(", ")}` : `did you mean \`${meant}\`?`;
    throw new InputError(`there is no stage \`${choice}\` (no file ${shown}); ${hint}`);
  }
  const name = basename(file, ".yml");
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
    throw new InputError(
      `${shown}: a stage's name must be 1 to 40 lower-case letters, digits and hyphens and begin with a letter; it is \`${name}\``,
    );
  }
  return { name, root, file, settings: parseStage(shown, readFileSync(file, "utf8")) };
}

/**
 * Reads and checks the stages of one run, in the given order.
 *
 * @param choices names or paths for `loadStage`, separated by commas or spaces
 * @throws InputError if there is none, if two have the same name, or if `loadStage` refuses one
 */
export function loadStages(root: string, choices: string | undefined): Stage[] {
  const chosen = (choices ?? "").split(/[\s,]+/).filter((choice) => choice !== "");
  const stages = (chosen.length === 0 ? [undefined] : chosen).map((choice) => loadStage(root, choice));
  const names = stages.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new InputError(`the stage \`${twice}\` is given twice; name each stage once`);
  }
  return stages;
}

/**
 * Checks the text of a stage file.
 *
 * @param shown the file's name as error messages show it
 * @throws InputError with one message for each mistake
 */
export function parseStage(shown: string, text: string): StageSettings {
  const document = parseDocument(text, { prettyErrors: false });
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) {
    const before = text.slice(0, syntaxError.pos[0]).split("\n");
    const place = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    throw new InputError(`${shown}:${place}: this is not valid YAML: ${lowerFirst(syntaxError.message)}`);
  }
  const result = stageSchema.safeParse(document.toJS() ?? {});
  if (!result.success) {
    throw new InputError(stageSentences(shown, result.error as z.ZodError, document.toJS()).join("\n"));
  }
  return { ...result.data, ...hostAndBasePath(result.data) };
}

function stageNames(root: string): string[] {
  const folder = join(root, STAGES);
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".yml"))
        .map((file) => basename(file, ".yml"))
        .sort()
    : [];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
