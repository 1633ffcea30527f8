/**
 * The function that one deployment of an API invokes.
 *
 * API Gateway does not show which authorizer a deployment uses, so the deployment's description contains it. When the
 * description is written, the values may be CDK tokens.
 */
export interface CalledFunction {
  readonly functionName: string;
  /** The number of a version, or the name of an alias. */
  readonly qualifier: string;
  readonly authorizerId: string;
}

/** Writes the description of a deployment that invokes a function. */
export function deploymentDescription(called: CalledFunction): string {
  return `calls ${called.functionName}:${called.qualifier} by authorizer ${called.authorizerId}`;
}

/** Reads what a deployment invokes from its description; `undefined` for any other description. */
export function calledFunction(description: string | undefined): CalledFunction | undefined {
  const found = /^calls ([\w-]+):([\w-]+) by authorizer (\w+)$/.exec(description ?? "");
  if (found === null) {
    return undefined;
  }
  const [, functionName = "", qualifier = "", authorizerId = ""] = found;
  return { functionName, qualifier, authorizerId };
}
