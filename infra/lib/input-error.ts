/**
 * Something the person who deploys wrote is wrong: a stage file, the configuration, the rules, a path.
 *
 * Its message is a sentence meant for that person (where, what, what to do), so it is shown without a stack.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}

/**
 * Does something on behalf of a public constructor or method: a mistake in what it was given is traced to the line of the app
 * that called it, and not to this library's own lines.
 *
 * @param called the public constructor or method
 */
export function onBehalfOf<T>(called: (...args: never[]) => unknown, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof InputError) {
      Error.captureStackTrace(error, called);
    }
    throw error;
  }
}
