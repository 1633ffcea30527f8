import { createHash } from "node:crypto";
import { type CfnResource, Lazy, Stack } from "aws-cdk-lib";
import { CfnDeployment } from "aws-cdk-lib/aws-apigatewayv2";
import type { Construct } from "constructs";

/** Props for `deploymentOf`. */
export interface DeploymentProps {
  readonly apiId: string;
  /** All that the deployment is a snapshot of: the API, its authorizer, integrations and routes. */
  readonly parts: readonly CfnResource[];
}

/** Hexadecimal digits of the hash at the end of a deployment's logical id. */
const HASH_LENGTH = 32;

/**
 * A deployment of an HTTP or WebSocket API: another one whenever one of its parts is another, made after all of them.
 *
 * The API does not deploy by itself: then each change of a deploy would be served at once, while others are still to come.
 */
export function deploymentOf(scope: Construct, id: string, props: DeploymentProps): CfnDeployment {
  const stack = Stack.of(scope);
  const deployment = new CfnDeployment(scope, id, { apiId: props.apiId });
  const constant: string = stack.resolve(deployment.logicalId);
  for (const part of props.parts) {
    deployment.addResourceDependency(part);
  }
  deployment.overrideLogicalId(
    Lazy.uncachedString({
      produce: () => {
        // Templates hold each part under its logical id, with all that its properties refer to.
        const templates = props.parts.map((part) => stack.resolve(part._toCloudFormation()));
        const hash = createHash("sha256").update(JSON.stringify(templates)).digest("hex");
        return `${constant}${hash.slice(0, HASH_LENGTH)}`;
      },
    }),
  );
  return deployment;
}
