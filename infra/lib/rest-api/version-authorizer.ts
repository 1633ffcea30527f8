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
  /** What decides each request: a function's `currentVersion`. */
  readonly version: Version;
  /** The alias by which requests are shifted from version to version of one contract. @default the version is called itself */
  readonly alias?: ShiftedAlias | undefined;
  /** Whether the authorizer stays when the next one takes its place. @default false */
  readonly retain?: boolean;
}

/**
 * An authorizer of a REST API that calls one version of the function, and its permission to do so; both are made anew with
 * each version. With an alias both are made anew with each contract of headers.
 *
 * So a deployment of the API that is served, also one from before a deploy that is under way, is decided by a version that
 * its header mappings were made for, whether API Gateway takes an authorizer from the deployment or as it is at the moment.
 *
 * Decisions are never cached: API Gateway would apply a cached policy to every other path and method of the API.
 */
export class VersionAuthorizer extends Construct {
  readonly authorizer: CfnAuthorizer;
  /** What the description of a deployment with this authorizer says that it calls. */
  readonly description: string;

  constructor(scope: Construct, id: string, props: VersionAuthorizerProps) {
    super(scope, id);
    const { restApiId, version, alias, retain = false } = props;
    const { functionName } = version.lambda;
    const { functionArn } = alias?.alias ?? version;
    const qualifier = alias?.alias.aliasName ?? version.version;
    this.authorizer = new CfnAuthorizer(this, "Resource", {
      // Two authorizers of an API can't have the same name, and earlier ones are still there.
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
