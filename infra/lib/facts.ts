import facts from "./facts.json";

/** An environment variable of a function, of the `oathgate` program or of synth. */
interface Variable {
  readonly name: string;
  /** The stage setting that it holds, such as `sessionCache.ttlSeconds`. */
  readonly setting: string | null;
  /** The values that it accepts. @default any text, within the limits of its setting */
  readonly words?: readonly string[];
}

/** The limits of a number, and its default if it has one. */
export interface Limits {
  readonly least: number;
  readonly most: number;
  readonly default: number | null;
}

/** A header's name in lower case, or what such names begin with. */
type HeaderPattern = { readonly header: string } | { readonly prefix: string };

/** A reason code of a decision; a fault needs an operator's attention. */
interface ReasonCode {
  readonly code: string;
  readonly fault: boolean;
}

/**
 * What the Rust programs define and this library uses: `oathgate schema facts` writes `facts.json` (`make facts`).
 *
 * The type is what this library needs of the document, which the compiler compares with the file.
 */
interface Facts {
  readonly environment: readonly Variable[];
  readonly package: { readonly bootstrap: string };
  readonly reasonCodes: readonly ReasonCode[];
  /** Headers that API Gateway can't map. */
  readonly unmappableHeaders: readonly HeaderPattern[];
  /** Headers that clients send on their own. */
  readonly clientHeaders: readonly HeaderPattern[];
  readonly sessionCache: {
    readonly ttlSeconds: Limits;
    readonly negativeTtlSeconds: Limits;
    readonly maxEntries: Limits & { readonly default: number };
  };
  /** How long a secret is cached. */
  readonly secretTtlSeconds: Limits & { readonly default: number };
  /** The default of what a vouched header has if no rule sets it. */
  readonly placeholder: string;
  /** The bodies of refusals that are the same for every request. */
  readonly errorBodies: Readonly<Record<"unauthorized" | "undecided", ErrorBody>>;
}

/** The fixed part of a refusal's body. */
export interface ErrorBody {
  /** The HTTP status. */
  readonly code: number;
  readonly message: string;
}

const FACTS: Facts = facts;

export const {
  package: PACKAGE_FILES,
  unmappableHeaders: UNMAPPABLE_HEADERS,
  clientHeaders: CLIENT_HEADERS,
  sessionCache: SESSION_CACHE,
  secretTtlSeconds: SECRET_TTL_SECONDS,
  placeholder: DEFAULT_PLACEHOLDER,
  errorBodies: ERROR_BODIES,
} = FACTS;

/**
 * The name of the environment variable that holds a stage setting.
 *
 * @throws Error if there is none, which a test would find
 */
export function variableOf(setting: string): string {
  return known(
    FACTS.environment.find((variable) => variable.setting === setting),
    setting,
  ).name;
}

/**
 * The whole name of an environment variable that holds no stage setting.
 *
 * @param name without the prefix that all of Oathgate's variables have
 * @throws Error if there is none, which a test would find
 */
export function variable(name: string): string {
  return known(
    FACTS.environment.find((one) => one.setting === null && one.name === `OATHGATE_${name}`),
    name,
  ).name;
}

/**
 * A reason code of decisions that need an operator's attention, as logs and metrics contain it.
 *
 * @throws Error if there is none, which a test would find
 */
export function faultCode(code: string): string {
  return known(
    FACTS.reasonCodes.find((reason) => reason.fault && reason.code === code),
    code,
  ).code;
}

/** Whether a header's name matches one of the patterns, without regard to case. */
export function matchesHeader(patterns: readonly HeaderPattern[], header: string): boolean {
  const name = header.toLowerCase();
  return patterns.some((pattern) =>
    "header" in pattern ? pattern.header === name : name.startsWith(pattern.prefix),
  );
}

function known<T>(fact: T | undefined, name: string): T {
  if (fact === undefined) {
    throw new Error(`facts.json has no \`${name}\`: run \`make facts\``);
  }
  return fact;
}
