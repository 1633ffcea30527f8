import { Aws, Lazy, RemovalPolicy, Stack } from "aws-cdk-lib";
import { CfnAuthorizer } from "aws-cdk-lib/aws-apigateway";
import { CfnPermission, type Version } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { renewWithVersion } from "./renewed-with-version";

/** Props for `VersionAuthorizer`. */
export interface VersionAuthorizerProps {
  /** The REST API's id. */
  readonly restApiId: string;
  /** What decides each request: a function's `currentVersion`. */
  readonly version: Version;
}

/**
 * An authorizer of a REST API that calls one version of the function, and its permission to do so; both are made anew with
 * each version.
 *
 * So a deployment of the API that is served, also one from before a deploy that is under way, is decided by the version that
 * its header mappings were made for, whether API Gateway takes an authorizer from the deployment or as it is at the moment.
 *
 * Decisions are never cached: API Gateway would apply a cached policy to every other path and method of the API.
 */
export class VersionAuthorizer extends Construct {
  readonly authorizer: CfnAuthorizer;

  constructor(scope: Construct, id: string, { restApiId, version }: VersionAuthorizerProps) {
    super(scope, id);
    const functions = `arn:${Aws.PARTITION}:apigateway:${Stack.of(this).region}:lambda:path/2015-03-31/functions`;
    this.authorizer = new CfnAuthorizer(this, "Resource", {
      // Two authorizers of an API can't have the same name, and during a deploy there are two.
      name: Lazy.string({ produce: () => this.authorizer.logicalId }),
      restApiId,
      type: "REQUEST",
      authorizerUri: `${functions}/${version.functionArn}/invocations`,
      authorizerResultTtlInSeconds: 0,
    });
    renewWithVersion(this.authorizer, version);

    const permission = new CfnPermission(this, "Permission", {
      action: "lambda:InvokeFunction",
      functionName: version.functionArn,
      principal: "apigateway.amazonaws.com",
      sourceArn: Stack.of(this).formatArn({
        service: "execute-api",
        resource: restApiId,
        resourceName: `authorizers/${this.authorizer.ref}`,
      }),
    });
    renewWithVersion(permission, version);
    // Needed for as long as the version may be called, and gone with it.
    permission.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  }

  /** The authorizer's id, for `AuthorizerId` of a method. */
  get authorizerId(): string {
    return this.authorizer.ref;
  }
}
