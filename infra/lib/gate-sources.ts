import { resolve } from "node:path";
import type { DecisionSettings } from "./decision-settings";

/** Props that name a file. */
export type FileProp = "config" | "rules" | "ruleTests";

/** The files and options that a gate is laid out, checked and tested with. Paths are relative to `root`. */
export interface GateSources extends DecisionSettings {
  /** The folder that paths are relative to. */
  readonly root: string;
  /** Oathkeeper's configuration file. */
  readonly config: string;
  /** Overrides of Oathkeeper's own keys. @default none */
  readonly configOverrides?: Readonly<Record<string, unknown>>;
  /** The rules' Jsonnet source. @default the configuration names its rules itself */
  readonly rules?: string;
  /** External variables of the rules and their tests. @default none */
  readonly ruleValues?: Readonly<Record<string, string>>;
  /** The rules' tests. @default none */
  readonly ruleTests?: string;
  /** The secret header of the backend. @default none */
  readonly secretHeader?: { readonly name: string };
  /** Paths that the API answers itself, before any rule; the report lists the rules that match them. @default none */
  readonly publicPaths?: readonly string[];
  /** The folder for the laid-out gate and the packages. */
  readonly buildFolder: string;
  /** Absolute paths beside the configuration that are not copied. @default none */
  readonly leftOut?: readonly string[];
  /** Returns a prop's name as error messages show it. @default the prop's name in backticks */
  readonly nameOf?: (prop: FileProp) => string;
}

/** A prop's name as error messages show it. */
export function nameOfProp(sources: Pick<GateSources, "nameOf">, prop: FileProp): string {
  return sources.nameOf?.(prop) ?? `\`${prop}\``;
}

/** The folder that the gate is laid out in. */
export function gateFolder({ root, buildFolder }: Pick<GateSources, "root" | "buildFolder">): string {
  return resolve(root, buildFolder, "gate");
}
