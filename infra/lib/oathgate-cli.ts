import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { z } from "zod";
import { DECISION_VARIABLES } from "./decision-settings";
import { variable } from "./facts";
import type { GateReport, ListedRule } from "./gate-report";
import { gateReportSchema, ruleListSchema } from "./gate-report-schema";
import { InputError } from "./input-error";

/** The variable that names the `oathgate` program. */
export const CLI_VARIABLE = variable("CLI");

/** External variables of rules and their tests. */
export type RuleValues = Readonly<Record<string, string>>;

/** A command line, the program first. */
export type Command = readonly [string, ...string[]];

/**
 * The `oathgate` program that the environment names; `undefined` if it names none.
 *
 * @param root the folder that the variable's path is relative to
 * @throws InputError if there is no such program
 */
export function namedCli(root: string, environment: NodeJS.ProcessEnv = process.env): Command | undefined {
  const named = environment[CLI_VARIABLE];
  if (named === undefined || named === "") {
    return undefined;
  }
  const program = resolve(root, named);
  if (!existsSync(program)) {
    throw new InputError(
      `${CLI_VARIABLE} names \`${named}\`, which does not exist; unset the variable or build the program`,
    );
  }
  return [program];
}

/**
 * The `oathgate` program, built by cargo.
 *
 * An existing build is never used without asking cargo: an outdated program could check and package differently from how the
 * function decides. If nothing has changed, cargo returns at once.
 *
 * @param workspace the folder with Oathgate's `Cargo.toml`
 * @param build builds the program and returns whether that succeeded
 * @throws InputError if cargo can't build it
 */
export function builtCli(
  workspace: string,
  environment: NodeJS.ProcessEnv = process.env,
  build: (workspace: string) => boolean = buildCli,
): Command {
  if (!build(workspace)) {
    throw new InputError("cargo can't build the `oathgate` program; see its output above");
  }
  return [join(resolve(workspace, environment.CARGO_TARGET_DIR ?? "target"), "debug", "oathgate")];
}

/** Builds `oathgate` by cargo, with its output shown. Returns whether that succeeded. */
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

/** `cargo run` of `oathgate`, which builds the program if necessary. */
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
 * Runs `oathgate` while an app is synthesised. Messages show paths relative to `root`.
 *
 * Commands that read a configuration run in its folder, like `oathgate serve` and Oathkeeper, so that relative paths in it
 * have the same meaning everywhere.
 */
export class OathgateCli {
  constructor(
    private readonly root: string,
    /** The program, and the arguments that precede those of each call. */
    readonly command: Command,
  ) {}

  /**
   * Compiles the rules' Jsonnet source with external variables: `oathgate rules build`. Paths are absolute.
   *
   * @param named the prop that names the source, for error messages
   * @throws InputError if the source does not compile
   */
  buildRules(source: string, values: RuleValues, output: string, named: string): void {
    const shown = relative(this.root, source);
    this.run(this.root, ["rules", "build", shown, ...variables(values), "-o", output], {
      refusal: `${named} names ${shown}, which can't be compiled`,
    });
  }

  /**
   * Checks the configuration and the rules, also for what API Gateway does not support: `oathgate rules check --api-gateway`.
   *
   * @param named the props that name the configuration and the rules, for error messages
   * @param publicHost the only host whose requests are decided, if the gate has one
   * @param secretHeader the backend's secret header, if the gate has one
   * @returns the warnings and notes, and the line that counts them
   * @throws InputError if the check finds an error
   */
  checkRules(configFile: string, named: string, publicHost?: string, secretHeader?: string): string {
    const host = publicHost === undefined ? [] : ["--public-host", publicHost];
    const secret = secretHeader === undefined ? [] : ["--secret-header", secretHeader];
    return this.runBeside(configFile, ["rules", "check"], ["--api-gateway", ...host, ...secret], {
      refusal: `${named} can't be deployed: correct each error`,
      isMistake: (line) => !/^(warning|note): |^\d+ rules, /.test(line),
    });
  }

  /**
   * Runs the rules' tests with the function's settings: `oathgate rules test`. Paths are absolute.
   *
   * @param named the prop that names the tests, for error messages
   * @param decisionVariables the variables of the settings that change decisions
   * @returns the number of tests that passed, and the rules that no test reaches
   * @throws InputError if a test fails
   */
  testRules(
    configFile: string,
    tests: string,
    values: RuleValues,
    named: string,
    decisionVariables: Readonly<Record<string, string>>,
  ): string {
    return this.runBeside(configFile, ["rules", "test"], [...variables(values), tests], {
      refusal: `the rules fail tests that ${named} names: correct the rules or the tests`,
      isMistake: (line) => !line.startsWith("no test reaches the rule"),
      decisionVariables,
    });
  }

  /**
   * Reports which headers the rules set, how they refuse, what they sign and which of them match paths: `oathgate headers`.
   *
   * @param publicPaths paths that the API itself answers
   * @param publicHost the only host whose requests are decided, if the gate has one
   * @throws InputError if the report can't be made or is not understood
   */
  report(configFile: string, publicPaths: readonly string[] = [], publicHost?: string): GateReport {
    const paths = publicPaths.length === 0 ? [] : ["--public-path", publicPaths.join(",")];
    const host = publicHost === undefined || paths.length === 0 ? [] : ["--public-host", publicHost];
    return this.read(configFile, ["headers"], gateReportSchema, [...paths, ...host]);
  }

  /**
   * Shows what the backend receives in each vouched header, rule by rule: `oathgate headers`.
   *
   * @param clientHeaders vouched headers that keep the client's own value if no rule sets one
   * @returns a table to show
   */
  headersTable(configFile: string, clientHeaders: readonly string[]): string {
    const options = clientHeaders.length === 0 ? [] : ["--client-headers", clientHeaders.join(",")];
    return this.runBeside(configFile, ["headers"], options);
  }

  /** Lists the rules in matching order: `oathgate rules list`. */
  rules(configFile: string): ListedRule[] {
    return this.read(configFile, ["rules", "list"], ruleListSchema);
  }

  /** Packages a built authorizer with its rules into a folder that Lambda can run: `oathgate package`. Paths are absolute. */
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
        `the output of \`oathgate ${subcommand.join(" ")}\` is not valid: ${place}${issue?.message ?? "is not understood"}; use the program of the same version`,
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
    { refusal, isMistake = () => true, decisionVariables = {} }: Run,
  ): string {
    const [program, ...before] = this.command;
    const done = spawnSync(program, [...before, ...args], {
      cwd: folder,
      env: { ...withoutDecisionSettings(process.env), ...decisionVariables },
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (done.error !== undefined) {
      throw new InputError(`\`${program}\` can't be started: ${done.error.message}`);
    }
    if (done.status !== 0) {
      const lines = [done.stdout, done.stderr].flatMap((text) => text.trimEnd().split("\n"));
      const mistakes = lines.filter((line) => line.trim() !== "" && isMistake(line));
      throw new InputError([`${refusal}:`, ...mistakes.map((line) => `  ${line}`)].join("\n"));
    }
    return done.stdout;
  }
}

/** How the program is run, and the message if it fails. */
interface Run {
  /** What is refused, and what to do: the sentence before the program's own messages. */
  readonly refusal: string;
  /** Whether a line of the program's output explains the refusal. @default each does */
  readonly isMistake?: (line: string) => boolean;
  /** The variables of the settings that change decisions. @default none */
  readonly decisionVariables?: Readonly<Record<string, string>>;
}

/** An environment without the variables that change decisions: only the gate's own settings count. */
function withoutDecisionSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !DECISION_VARIABLES.includes(name)),
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
