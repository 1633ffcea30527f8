import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { z } from "zod";
import type { GateReport, ListedRule } from "./gate-report";
import { gateReportSchema, ruleListSchema } from "./gate-report-schema";
import { InputError } from "./input-error";

/** External variables of rules and their tests. */
export type RuleValues = Readonly<Record<string, string>>;

/** A command line, the program first. */
export type Command = readonly [string, ...string[]];

/**
 * The `oathgate` program that `OATHGATE_CLI` names; nothing where it is not set.
 *
 * @param root the folder that the variable's path is relative to
 * @throws InputError where there is no such program
 */
export function namedCli(root: string, environment: NodeJS.ProcessEnv = process.env): Command | undefined {
  const named = environment.OATHGATE_CLI;
  if (named === undefined || named === "") {
    return undefined;
  }
  const program = resolve(root, named);
  if (!existsSync(program)) {
    throw new InputError(
      `OATHGATE_CLI names \`${named}\`, where there is no program; unset it or build the program`,
    );
  }
  return [program];
}

/**
 * The `oathgate` program that cargo builds.
 *
 * A program that lies there from earlier is never taken as it is: it could check and package by other rules than the
 * function decides by. Where nothing has changed, cargo takes a moment.
 *
 * @param workspace the folder with Oathgate's `Cargo.toml`
 * @param build builds it
 */
export function builtCli(
  workspace: string,
  environment: NodeJS.ProcessEnv = process.env,
  build: (workspace: string) => boolean = buildCli,
): Command {
  if (!build(workspace)) {
    throw new InputError("cargo can't build the program `oathgate`; what it says is above");
  }
  return [join(resolve(workspace, environment.CARGO_TARGET_DIR ?? "target"), "debug", "oathgate")];
}

/** Lets cargo build `oathgate`, in view; whether it did. */
function buildCli(root: string): boolean {
  const manifest = join(root, "Cargo.toml");
  const done = spawnSync(
    "cargo",
    ["build", "--locked", "--manifest-path", manifest, "--package", "oathgate"],
    {
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  return done.status === 0;
}

/** `oathgate` by way of cargo, which builds it where it has to. */
export function cargoCli(root: string): Command {
  return [
    "cargo",
    "run",
    "--quiet",
    "--manifest-path",
    join(root, "Cargo.toml"),
    "--package",
    "oathgate",
    "--",
  ];
}

/**
 * Runs `oathgate` while an app is synthesised. Paths are shown relative to `root`.
 *
 * Whatever reads a configuration runs in its folder, as `oathgate serve` and Oathkeeper do there, so that relative paths
 * in it mean the same to all of them.
 */
export class OathgateCli {
  constructor(
    private readonly root: string,
    /** The program and what goes before its arguments. */
    readonly command: Command,
  ) {}

  /**
   * Compiles a Jsonnet source with values: `oathgate rules build`. Paths are absolute.
   *
   * @param named the prop that names the source
   */
  buildRules(source: string, values: RuleValues, output: string, named: string): void {
    const shown = relative(this.root, source);
    this.run(this.root, ["rules", "build", shown, ...variables(values), "-o", output], {
      refusal: `${named} names ${shown}, which can't be compiled`,
    });
  }

  /**
   * Refuses a configuration or rules with any mistake, and what API Gateway can't do: `oathgate rules check --api-gateway`.
   *
   * @param named the props that name the configuration and the rules
   * @param publicHost the one host that is decided about, where there is one
   * @param secretHeader the header that holds the backend's secret, where there is one
   * @returns its warnings and notes, and how many there are
   */
  checkRules(configFile: string, named: string, publicHost?: string, secretHeader?: string): string {
    const host = publicHost === undefined ? [] : ["--public-host", publicHost];
    const secret = secretHeader === undefined ? [] : ["--secret-header", secretHeader];
    return this.runBeside(configFile, ["rules", "check"], ["--api-gateway", ...host, ...secret], {
      refusal: `${named} can't be deployed: mend each error`,
      isMistake: (line) => !/^(warning|note): |^\d+ rules, /.test(line),
    });
  }

  /**
   * Refuses rules that fail a test, decided as the function does: `oathgate rules test`. Paths are absolute.
   *
   * @param named the prop that names the tests
   * @param decidedAs the variables by which the function reads a request's host and path
   * @returns how many tests passed, and the rules that none leads to
   */
  testRules(
    configFile: string,
    tests: string,
    values: RuleValues,
    named: string,
    decidedAs: Readonly<Record<string, string>>,
  ): string {
    return this.runBeside(configFile, ["rules", "test"], [...variables(values), tests], {
      refusal: `the rules fail tests that ${named} names: mend the rules or the tests`,
      isMistake: (line) => !line.startsWith("no test reaches the rule"),
      decidedAs,
    });
  }

  /**
   * Asks which headers the rules set, how they refuse, what they sign and which of them match paths: `oathgate headers`.
   *
   * @param publicPaths paths of the API's own
   * @param publicHost the one host that is decided about, where there is one
   */
  report(configFile: string, publicPaths: readonly string[] = [], publicHost?: string): GateReport {
    const paths = publicPaths.length === 0 ? [] : ["--public-path", publicPaths.join(",")];
    const host = publicHost === undefined || paths.length === 0 ? [] : ["--public-host", publicHost];
    return this.read(configFile, ["headers"], gateReportSchema, [...paths, ...host]);
  }

  /**
   * Shows what the backend receives in each mapped header, rule by rule: `oathgate headers`.
   *
   * @param clientHeaders the headers that are left to clients
   * @returns a table for people
   */
  headersTable(configFile: string, clientHeaders: readonly string[]): string {
    const options = clientHeaders.length === 0 ? [] : ["--client-headers", clientHeaders.join(",")];
    return this.runBeside(configFile, ["headers"], options);
  }

  /** Asks what each rule does, in matching order: `oathgate rules list`. */
  rules(configFile: string): ListedRule[] {
    return this.read(configFile, ["rules", "list"], ruleListSchema);
  }

  /** Makes the folder that Lambda runs from a built authorizer: `oathgate package`. Paths are absolute. */
  package(configFile: string, bootstrap: string, output: string): void {
    this.runBeside(configFile, ["package"], ["--bootstrap", bootstrap, "--out", output]);
  }

  private read<T>(
    configFile: string,
    subcommand: readonly string[],
    schema: z.ZodType<T>,
    options: readonly string[] = [],
  ): T {
    const printed = this.runBeside(configFile, subcommand, ["--format", "json", ...options]);
    const result = schema.safeParse(parsedJson(printed));
    if (!result.success) {
      const [issue] = result.error.issues;
      const place = issue?.path.length ? `\`${issue.path.join(".")}\` ` : "";
      throw new InputError(
        `the stack can't be made from what \`oathgate ${subcommand.join(" ")}\` says: ${place}${issue?.message ?? "is not understood"}`,
      );
    }
    return result.data;
  }

  private runBeside(
    configFile: string,
    subcommand: readonly string[],
    options: readonly string[],
    run: Run = { refusal: "the configuration can't be read" },
  ): string {
    const folder = dirname(configFile);
    const shown = relative(this.root, folder) || ".";
    return this.run(folder, [...subcommand, "--config", basename(configFile), ...options], {
      ...run,
      refusal: `${run.refusal} (\`oathgate ${subcommand.join(" ")}\` in ${shown})`,
    });
  }

  private run(
    folder: string,
    args: readonly string[],
    { refusal, isMistake = () => true, decidedAs = {} }: Run,
  ): string {
    const [program, ...before] = this.command;
    const done = spawnSync(program, [...before, ...args], {
      cwd: folder,
      env: { ...withoutDecidedAs(process.env), ...decidedAs },
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (done.error !== undefined) {
      throw new InputError(`\`${program}\` can't be started: ${done.error.message}`);
    }
    if (done.status !== 0) {
      const said = [done.stdout, done.stderr].flatMap((text) => text.trimEnd().split("\n"));
      const mistakes = said.filter((line) => line.trim() !== "" && isMistake(line));
      throw new InputError([`${refusal}:`, ...mistakes.map((line) => `  ${line}`)].join("\n"));
    }
    return done.stdout;
  }
}

/** How the program is run, and what is said where it refuses. */
interface Run {
  /** What is refused, and what to do: the sentence before what the program found. */
  readonly refusal: string;
  /** Whether a line of the program's is about what is refused. @default each is */
  readonly isMistake?: (line: string) => boolean;
  /** The variables by which the function reads a request's host and path. @default none */
  readonly decidedAs?: Readonly<Record<string, string>>;
}

/** The variables by which the function reads a request's host and path. */
const DECIDED_AS = ["OATHGATE_PUBLIC_HOST", "OATHGATE_BASE_PATH", "OATHGATE_ALLOW_ENCODED_SLASHES"] as const;

/** An environment in which nothing says how requests are read: only the gate's own settings do. */
function withoutDecidedAs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !DECIDED_AS.some((known) => known === name)),
  );
}

function variables(values: RuleValues): string[] {
  return Object.entries(values).flatMap(([name, value]) => ["--ext-str", `${name}=${value}`]);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
