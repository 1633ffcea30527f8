/**
 * Invalid input of the person who deploys: in a stage file, the configuration, the rules, a prop or a path.
 *
 * Its message says where the mistake is, what is wrong and what to do, so it is shown without a stack trace.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}

/**
 * Runs the body of a public constructor or method, so that the stack trace of an `InputError` begins at the line of the app
 * that made the call and not inside this library.
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
