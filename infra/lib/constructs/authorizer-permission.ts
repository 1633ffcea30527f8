import { Aws, RemovalPolicy, Stack } from "aws-cdk-lib";
import { CfnPermission } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

/** Props for `authorizerPermission`. */
export interface AuthorizerPermissionProps {
  /** The id of an API in the stack's account and region. */
  readonly apiId: string;
  /** The id of the API's authorizer, or `*` for each of them. */
  readonly authorizerId: string;
  /** The ARN of the version or alias that is called. */
  readonly functionArn: string;
}

/** The permission of an API's authorizer to invoke a function. It is kept as long as the function exists. */
export function authorizerPermission(scope: Construct, props: AuthorizerPermissionProps): CfnPermission {
  const permission = new CfnPermission(scope, "Permission", {
    action: "lambda:InvokeFunction",
    functionName: props.functionArn,
    principal: "apigateway.amazonaws.com",
    sourceArn: Stack.of(scope).formatArn({
      service: "execute-api",
      resource: props.apiId,
      resourceName: `authorizers/${props.authorizerId}`,
    }),
  });
  // Needed as long as the version may be invoked, and deleted with it.
  permission.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  return permission;
}

/** The URI of an authorizer that invokes a function. */
export function authorizerUri(scope: Construct, functionArn: string): string {
  const { region } = Stack.of(scope);
  return `arn:${Aws.PARTITION}:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
}
