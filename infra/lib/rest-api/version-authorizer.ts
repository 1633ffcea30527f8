import { Fn, RemovalPolicy } from "aws-cdk-lib";
import { CfnAuthorizer } from "aws-cdk-lib/aws-apigateway";
import type { Version } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { authorizerPermission, authorizerUri } from "../constructs/authorizer-permission";
import { deploymentDescription } from "../rollout/deployment-description";
import { renewWithContract, type ShiftedAlias } from "../rollout/shifted-alias";
import { renewWithVersion } from "./renewed-with-version";

/** Props for `VersionAuthorizer`. */
export interface VersionAuthorizerProps {
  /** The REST API's id. */
  readonly restApiId: string;
  /** A function's `currentVersion`, which decides each request. */
  readonly version: Version;
  /** The alias by which requests are shifted between versions of one contract. @default the version is invoked directly */
  readonly alias?: ShiftedAlias | undefined;
  /** Whether the authorizer is kept when the next one replaces it. @default false */
  readonly retain?: boolean;
}

/**
 * An authorizer of a REST API that invokes one version of the function, with its permission to do so. Each version gets new
 * ones; with an alias each header contract does.
 *
 * So the requests of any served deployment, also during a deploy, are decided by a version that its header mappings were made
 * for, no matter whether API Gateway uses the authorizer as deployed or in its current state.
 *
 * Decisions are never cached: API Gateway would apply a cached policy to every other path and method of the API.
 */
export class VersionAuthorizer extends Construct {
  readonly authorizer: CfnAuthorizer;
  /** The description of deployments with this authorizer, which says what they invoke. */
  readonly description: string;

  constructor(scope: Construct, id: string, props: VersionAuthorizerProps) {
    super(scope, id);
    const { restApiId, version, alias, retain = false } = props;
    const { functionName } = version.lambda;
    const { functionArn } = alias?.alias ?? version;
    const qualifier = alias?.alias.aliasName ?? version.version;
    this.authorizer = new CfnAuthorizer(this, "Resource", {
      // Authorizers of one API need different names, and earlier ones still exist.
      name: alias === undefined ? Fn.join("-", [functionName, qualifier]) : qualifier,
      restApiId,
      type: "REQUEST",
      authorizerUri: authorizerUri(this, functionArn),
      authorizerResultTtlInSeconds: 0,
    });
    if (retain) {
      this.authorizer.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    }
    const permission = authorizerPermission(this, {
      apiId: restApiId,
      authorizerId: this.authorizerId,
      functionArn,
    });
    for (const resource of [this.authorizer, permission]) {
      if (alias === undefined) {
        renewWithVersion(resource, version);
      } else {
        renewWithContract(resource, alias.contract);
      }
    }
    this.description = deploymentDescription({ functionName, qualifier, authorizerId: this.authorizerId });
  }

  /** The authorizer's id, for `AuthorizerId` of a method. */
  get authorizerId(): string {
    return this.authorizer.ref;
  }
}
