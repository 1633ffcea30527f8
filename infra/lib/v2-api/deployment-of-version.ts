import { createHash } from "node:crypto";
import { type CfnResource, Lazy, Stack } from "aws-cdk-lib";
import { CfnDeployment } from "aws-cdk-lib/aws-apigatewayv2";
import type { Construct } from "constructs";

/** Props for `deploymentOf`. */
export interface DeploymentProps {
  readonly apiId: string;
  /** The resources that the deployment is a snapshot of: the API, its authorizer, integrations and routes. */
  readonly parts: readonly CfnResource[];
}

/** The length of the hexadecimal hash at the end of a deployment's logical id. */
const HASH_LENGTH = 32;

/**
 * A deployment of an HTTP or WebSocket API, created after all of its parts and replaced whenever one of them changes.
 *
 * Automatic deployment is not used: it would serve each change of a deploy at once, while others are still pending.
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
        // A rendered part contains its logical id and everything that its properties refer to.
        const templates = props.parts.map((part) => stack.resolve(part._toCloudFormation()));
        const hash = createHash("sha256").update(JSON.stringify(templates)).digest("hex");
        return `${constant}${hash.slice(0, HASH_LENGTH)}`;
      },
    }),
  );
  return deployment;
}
