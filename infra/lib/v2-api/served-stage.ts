import { type CfnApi, type CfnIntegration, type CfnRoute, CfnStage } from "aws-cdk-lib/aws-apigatewayv2";
import type { Construct, IDependable } from "constructs";
import { deploymentOf } from "./deployment-of-version";
import type { V2VersionAuthorizer } from "./v2-version-authorizer";

/** What the stage of an HTTP or WebSocket API has besides what it serves. */
export interface ServedStageOptions {
  /** Requests or events a second, and at once. @default the account's limits */
  readonly throttle?: { readonly rateLimit: number; readonly burstLimit: number };
  /** Where the API logs them. @default they are not logged */
  readonly accessLog?: CfnStage.AccessLogSettingsProperty;
}

/** Props for `servedStage`. */
export interface ServedStageProps {
  readonly stageName: string;
  readonly options: ServedStageOptions;
  readonly api: CfnApi;
  readonly authorizer: V2VersionAuthorizer;
  readonly integrations: readonly CfnIntegration[];
  readonly routes: readonly CfnRoute[];
  /** What must be there before a request can be decided. */
  readonly ready: IDependable;
}

/**
 * The stage of an HTTP or WebSocket API, which serves a deployment of these parts.
 *
 * No request is sent to a version that API Gateway may not call yet, or that has no keys: the stage waits for both, and so
 * does each route.
 */
export function servedStage(scope: Construct, props: ServedStageProps): CfnStage {
  const { api, authorizer, integrations, routes, ready } = props;
  const { throttle, accessLog } = props.options;
  for (const route of routes) {
    route.node.addDependency(authorizer, ready);
  }
  const deployment = deploymentOf(scope, "Deployment", {
    apiId: api.ref,
    parts: [api, authorizer.authorizer, ...integrations, ...routes],
  });
  const stage = new CfnStage(scope, "Stage", {
    apiId: api.ref,
    stageName: props.stageName,
    autoDeploy: false,
    deploymentId: deployment.ref,
    ...(throttle === undefined
      ? {}
      : {
          defaultRouteSettings: {
            throttlingRateLimit: throttle.rateLimit,
            throttlingBurstLimit: throttle.burstLimit,
          },
        }),
    ...(accessLog === undefined ? {} : { accessLogSettings: accessLog }),
  });
  stage.node.addDependency(authorizer, ready);
  return stage;
}
