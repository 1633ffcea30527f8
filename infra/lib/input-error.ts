/**
 * Something the person who deploys wrote is wrong: a stage file, the configuration, the rules, a path.
 *
 * Its message is a sentence meant for that person (where, what, what to do), so it is shown without a stack.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}
