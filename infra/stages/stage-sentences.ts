import { z } from "zod";
import { nearMiss } from "../lib/near-miss";
import { dotted, type Path, shown } from "../lib/shown-value";
import { stageSchema } from "./stage-schema";

/** One message for each finding of the schema: the file, the key, what is wrong, and a suggestion. */
export function stageSentences(file: string, error: z.ZodError, written: unknown): string[] {
  const unknown = error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => unknownKey(issue.path, key)) : [],
  );
  const meant = unknown.map((key) => key.meant);
  const wrong = error.issues
    // A misspelt key also leaves the right key missing: one message is enough.
    .filter((issue) => issue.code !== "unrecognized_keys" && !meant.includes(dotted(issue.path)))
    .map((issue) => wrongValue(issue, valueAt(written, issue.path)));
  return [...unknown.map((key) => key.sentence), ...wrong].map((sentence) => `${file}: ${sentence}`);
}

function wrongValue(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.path.length === 0) {
    return "a stage must be a map of settings";
  }
  const key = `\`${dotted(issue.path)}\``;
  const message = isGroup(issue) ? "must be a map of settings" : issue.message;
  return value === undefined
    ? `${key} is missing: it ${message}`
    : `${key} ${message}; it is \`${shown(value)}\``;
}

/** Whether the value of a group of settings is not a map, and the group's schema has no message of its own for that. */
function isGroup(issue: z.core.$ZodIssue): boolean {
  return (
    issue.code === "invalid_type" && issue.expected === "object" && issue.message.startsWith("Invalid input")
  );
}

function unknownKey(path: Path, key: string): { sentence: string; meant: string | undefined } {
  const known = knownKeys(path);
  const near = nearMiss(key, known);
  const meant = near === undefined ? undefined : dotted([...path, near]);
  const place = path.length === 0 ? "the settings are" : `\`${dotted(path)}\` has`;
  const hint = meant === undefined ? `${place} ${known.join(", ")}` : `did you mean \`${meant}\`?`;
  return { sentence: `there is no setting \`${dotted([...path, key])}\`; ${hint}`, meant };
}

/** The known keys under a path. */
function knownKeys(path: Path): string[] {
  let schema: unknown = stageSchema;
  for (const step of path) {
    const inner = unwrapped(schema);
    schema =
      inner instanceof z.ZodObject
        ? inner.shape[String(step)]
        : inner instanceof z.ZodRecord
          ? inner.valueType
          : undefined;
  }
  const found = unwrapped(schema);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

/** A schema without its default and optional wrappers. */
function unwrapped(schema: unknown): unknown {
  let inner = schema;
  while (true) {
    if (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
      inner = inner.unwrap();
    } else if (inner instanceof z.ZodPipe) {
      inner = inner.out;
    } else {
      return inner;
    }
  }
}

function valueAt(written: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined,
    written,
  );
}
