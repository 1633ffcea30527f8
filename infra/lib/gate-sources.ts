import { resolve } from "node:path";
import type { RequestReading } from "./request-reading";

/** Props that name a file. */
export type FileProp = "config" | "rules" | "ruleTests";

/** What a gate is laid out, checked and tested from. Paths are relative to `root`. */
export interface GateSources extends RequestReading {
  /** The folder that paths are relative to. */
  readonly root: string;
  /** Oathkeeper's configuration file. */
  readonly config: string;
  /** Oathkeeper's own keys, laid over the configuration. @default none */
  readonly configOverrides?: Readonly<Record<string, unknown>>;
  /** The rules' Jsonnet source. @default the configuration names its rules itself */
  readonly rules?: string;
  /** External variables of the rules and their tests. @default none */
  readonly ruleValues?: Readonly<Record<string, string>>;
  /** The rules' tests. @default none */
  readonly ruleTests?: string;
  /** Vouched headers that keep the client's own value where a rule sets none. @default none */
  readonly clientHeaders?: readonly string[];
  /** The header that holds the backend's secret. @default none */
  readonly secretHeader?: { readonly name: string };
  /** Paths that the API answers itself, before any rule: which rules match them is reported. @default none */
  readonly publicPaths?: readonly string[];
  /** The folder that everything is laid out and packaged in. */
  readonly buildFolder: string;
  /** What lies beside the configuration and is not the gate's: absolute paths. @default nothing */
  readonly leftOut?: readonly string[];
  /** A prop as errors name it. @default the prop's name */
  readonly nameOf?: (prop: FileProp) => string;
}

/** A prop as errors name it, in backticks. */
export function nameOfProp(sources: Pick<GateSources, "nameOf">, prop: FileProp): string {
  return sources.nameOf?.(prop) ?? `\`${prop}\``;
}

/** The folder in which what the gate decides by is laid out. */
export function gateFolder({ root, buildFolder }: Pick<GateSources, "root" | "buildFolder">): string {
  return resolve(root, buildFolder, "gate");
}
