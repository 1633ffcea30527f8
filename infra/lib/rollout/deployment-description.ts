/**
 * What one deployment of an API calls.
 *
 * API Gateway doesn't tell which authorizer a deployment holds, so the deployment's description says it. Texts may be CDK
 * tokens where the description is written.
 */
export interface CalledFunction {
  readonly functionName: string;
  /** The number of a version, or the name of an alias. */
  readonly qualifier: string;
  readonly authorizerId: string;
}

/** The description of a deployment that calls this. */
export function deploymentDescription(called: CalledFunction): string {
  return `calls ${called.functionName}:${called.qualifier} by authorizer ${called.authorizerId}`;
}

/** What a deployment of this description calls; nothing where the description is not one of ours. */
export function calledFunction(description: string | undefined): CalledFunction | undefined {
  const found = /^calls ([\w-]+):([\w-]+) by authorizer (\w+)$/.exec(description ?? "");
  if (found === null) {
    return undefined;
  }
  const [, functionName = "", qualifier = "", authorizerId = ""] = found;
  return { functionName, qualifier, authorizerId };
}
