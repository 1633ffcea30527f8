import { Lazy } from "aws-cdk-lib";
import { CfnAuthorizer } from "aws-cdk-lib/aws-apigatewayv2";
import type { Version } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { authorizerPermission, authorizerUri } from "../constructs/authorizer-permission";
import { renewWithVersion } from "../rest-api/renewed-with-version";

/** Props for `V2VersionAuthorizer`. */
export interface V2VersionAuthorizerProps {
  /** The id of an HTTP or WebSocket API. */
  readonly apiId: string;
  readonly protocol: "HTTP" | "WEBSOCKET";
  /** A function's `currentVersion`, which decides each request. */
  readonly version: Version;
}

/**
 * An authorizer of an HTTP or WebSocket API that invokes one version of the function, with its permission to do so. Each version
 * gets new ones, as with a REST API.
 *
 * HTTP APIs send payload 2.0 and accept simple responses. Decisions are never cached, and there is no identity source: API
 * Gateway would refuse a request without it before the rules decide.
 */
export class V2VersionAuthorizer extends Construct {
  readonly authorizer: CfnAuthorizer;

  constructor(scope: Construct, id: string, { apiId, protocol, version }: V2VersionAuthorizerProps) {
    super(scope, id);
    const { functionArn } = version;
    this.authorizer = new CfnAuthorizer(this, "Resource", {
      // Authorizers of one API need different names, and during a deploy there are two.
      name: Lazy.string({ produce: () => this.authorizer.logicalId }),
      apiId,
      authorizerType: "REQUEST",
      authorizerUri: authorizerUri(this, functionArn),
      ...(protocol === "HTTP"
        ? {
            authorizerPayloadFormatVersion: "2.0",
            enableSimpleResponses: true,
            authorizerResultTtlInSeconds: 0,
          }
        : {}),
    });
    renewWithVersion(this.authorizer, version);
    const { authorizerId } = this;
    renewWithVersion(authorizerPermission(this, { apiId, authorizerId, functionArn }), version);
  }

  /** The authorizer's id, for `AuthorizerId` of a route. */
  get authorizerId(): string {
    return this.authorizer.ref;
  }
}
