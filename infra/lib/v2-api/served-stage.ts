import { type CfnApi, type CfnIntegration, type CfnRoute, CfnStage } from "aws-cdk-lib/aws-apigatewayv2";
import type { Construct, IDependable } from "constructs";
import { deploymentOf } from "./deployment-of-version";
import type { V2VersionAuthorizer } from "./v2-version-authorizer";

/** Options of the stage of an HTTP or WebSocket API. */
export interface ServedStageOptions {
  /** The requests or events per second, and the burst. @default the account's limits */
  readonly throttle?: { readonly rateLimit: number; readonly burstLimit: number };
  /** The access log. @default none */
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
  /** What a decision requires. */
  readonly ready: IDependable;
}

/**
 * The stage of an HTTP or WebSocket API, which serves a deployment of these parts.
 *
 * No request reaches a version that API Gateway may not invoke yet, or that has no keys: the stage and each route depend on both.
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
