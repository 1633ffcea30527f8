/** Where a value stands in what somebody wrote. */
export type Path = readonly PropertyKey[];

/** A place as errors name it, such as `cors.allowOrigins[1]`. */
export function dotted(path: Path): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === "number" ? `${text}[${step}]` : text === "" ? String(step) : `${text}.${String(step)}`,
    "",
  );
}

/** A value as errors show it; what stands before an `@` in a URL may be a password. */
export function shown(value: unknown): string {
  const oneLine = typeof value === "string" && !/\p{Cc}/u.test(value) ? value : JSON.stringify(value);
  return oneLine.replace(/\/\/[^/@]*@/g, "//…@");
}
