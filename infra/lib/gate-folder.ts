import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { type Document, isMap, parseDocument } from "yaml";
import { type GateSources, gateFolder, nameOfProp } from "./gate-sources";
import { InputError } from "./input-error";
import type { OathgateCli } from "./oathgate-cli";

/** The compiled rules, beside the configuration. */
const COMPILED_RULES = "rules.json";

/**
 * Lays out a gate in `<buildFolder>/gate/`: the configuration with its overrides applied, every file beside the configuration,
 * and the compiled rules as `rules.json`. Paths in the configuration are relative to that folder.
 *
 * Without overrides the configuration is copied byte for byte.
 *
 * @returns the configuration's absolute path
 * @throws InputError if a file is missing or not valid
 */
export function layOutGate(sources: GateSources, cli: Pick<OathgateCli, "buildRules">): string {
  const { root, config, configOverrides = {}, rules, ruleValues = {}, leftOut = [] } = sources;
  const source = existingFile(sources, "config", config);
  const folder = gateFolder(sources);
  const beside = dirname(source);
  if (isWithin(root, beside) || isWithin(folder, beside) || isWithin(source, dirname(folder))) {
    throw new InputError(
      `${nameOfProp(sources, "config")} names ${config}: every file beside a configuration is deployed with it, so its ` +
        "folder must contain neither the project nor build output; move it into a folder of its own, such as " +
        `config/${basename(source)}`,
    );
  }
  const rulesSource = rules === undefined ? undefined : existingFile(sources, "rules", rules);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(beside, folder, { recursive: true, filter: (path) => !leftOut.includes(path) });

  const configFile = join(folder, basename(source));
  if (Object.keys(configOverrides).length > 0) {
    writeFileSync(configFile, overlaid(readFileSync(source, "utf8"), configOverrides, config));
  }
  if (rulesSource !== undefined) {
    cli.buildRules(rulesSource, ruleValues, join(folder, COMPILED_RULES), nameOfProp(sources, "rules"));
  }
  return configFile;
}

/**
 * The absolute path of a file that a prop names.
 *
 * @throws InputError if it is not a file
 */
export function existingFile(
  sources: Pick<GateSources, "root" | "nameOf">,
  prop: Parameters<typeof nameOfProp>[1],
  path: string,
): string {
  const file = resolve(sources.root, path);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new InputError(`${nameOfProp(sources, prop)} names ${path}, which is not a file`);
  }
  return file;
}

/** A configuration with overrides applied: maps are merged key by key, everything else is replaced. */
export function overlaid(text: string, values: Readonly<Record<string, unknown>>, shown: string): string {
  const document = parseDocument(text);
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) {
    throw new InputError(`${shown}: this is not valid YAML: ${syntaxError.message}`);
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
      // A scalar is set on the existing node, which keeps its comment.
      document.setIn(here, isScalar(value) ? value : document.createNode(value));
    }
  }
}

/** Whether a path is inside a folder or is that folder. */
function isWithin(path: string, folder: string): boolean {
  const steps = relative(folder, path);
  return steps.split(sep)[0] !== ".." && !isAbsolute(steps);
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
