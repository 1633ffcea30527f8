/** The place of a value in a document or in props. */
export type Path = readonly PropertyKey[];

/** A path as error messages show it, such as `cors.allowOrigins[1]`. */
export function dotted(path: Path): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === "number" ? `${text}[${step}]` : text === "" ? String(step) : `${text}.${String(step)}`,
    "",
  );
}

/** A value as error messages show it, without the part of a URL before `@`, which may be a password. */
export function shown(value: unknown): string {
  const oneLine = typeof value === "string" && !/\p{Cc}/u.test(value) ? value : JSON.stringify(value);
  return oneLine.replace(/\/\/[^/@]*@/g, "//…@");
}
