import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { type Document, isMap, parseDocument } from "yaml";
import type { Stage } from "../stages/stage";
import { InputError } from "./input-error";
import type { OathgateCli } from "./oathgate-cli";

const RULES_BY_DEFAULT = "rules/rules.jsonnet";

/**
 * Lays out what a stage decides by in `dist/<stage>/gate/`: the configuration with the stage's values over it, every
 * file beside the configuration, and the compiled rules as `rules.json`. Paths in the configuration are relative to it.
 *
 * A stage that sets nothing gets the configuration byte by byte.
 *
 * @returns the configuration's absolute path
 * @throws InputError where a file is missing or can't be read as what it should be
 */
export function layOutGate(stage: Stage, cli: Pick<OathgateCli, "buildRules">): string {
  const { root, settings } = stage;
  const source = join(root, settings.config.file);
  if (!existsSync(source) || !statSync(source).isFile()) {
    throw new InputError(
      `\`config.file\` of the stage \`${stage.name}\` names ${settings.config.file}, which is no file`,
    );
  }
  const folder = join(root, "dist", stage.name, "gate");
  if (isWithin(folder, dirname(source)) || isWithin(source, join(root, "dist"))) {
    throw new InputError(
      `\`config.file\` of the stage \`${stage.name}\` names ${settings.config.file}: every file beside a ` +
        "configuration is deployed with it, so it needs a folder that holds neither the project nor `dist`; move it " +
        `into a folder of its own, such as config/${basename(source)}`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const stages = join(root, "config", "stages");
  cpSync(dirname(source), folder, { recursive: true, filter: (path) => path !== stages });

  const configFile = join(folder, basename(source));
  if (Object.keys(settings.config.set).length > 0) {
    writeFileSync(
      configFile,
      overlaid(readFileSync(source, "utf8"), settings.config.set, settings.config.file),
    );
  }
  const rules = settings.rules.file ?? RULES_BY_DEFAULT;
  if (existsSync(join(root, rules))) {
    cli.buildRules(join(root, rules), settings.rules.values, join(folder, "rules.json"));
  } else if (settings.rules.file !== undefined) {
    throw new InputError(`\`rules.file\` of the stage \`${stage.name}\` names ${rules}, which is no file`);
  }
  return configFile;
}

/** A configuration with a stage's values over it: maps are merged key by key, everything else is replaced. */
export function overlaid(text: string, values: Readonly<Record<string, unknown>>, shown: string): string {
  const document = parseDocument(text);
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) {
    throw new InputError(`${shown}: this is no YAML: ${syntaxError.message}`);
  }
  overlay(document, [], values);
  return document.toString();
}

function overlay(
  document: Document,
  path: readonly string[],
  values: Readonly<Record<string, unknown>>,
): void {
  for (const [key, value] of Object.entries(values)) {
    const here = [...path, key];
    if (isPlainMap(value) && isMap(document.getIn(here, true))) {
      overlay(document, here, value);
    } else {
      // A plain value is put into the node that is there, whose comment stays.
      document.setIn(here, isPlain(value) ? value : document.createNode(value));
    }
  }
}

/** Whether a path lies in a folder or is that folder. */
function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way.split(sep)[0] !== ".." && !isAbsolute(way);
}

function isPlain(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
