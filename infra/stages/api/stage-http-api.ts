import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Oathgate } from "../../lib/oathgate";
import { GateHttpApi } from "../../lib/v2-api/gate-http-api";
import { accessLogOf } from "./access-log-v2";
import { publicBackendOf } from "./public-backend";
import type { StageApiProps } from "./stage-api";

/** Creates a stage's HTTP API. */
export function addHttpApi(
  scope: Construct,
  gate: Oathgate,
  { apiName, settings }: StageApiProps,
): GateHttpApi {
  const { cors, throttle } = settings;
  return new GateHttpApi(scope, "Gate", {
    gate,
    apiName,
    backendUrl: publicBackendOf(settings),
    backendTimeout: Duration.seconds(settings.backendTimeoutSeconds),
    ...(cors === undefined
      ? {}
      : {
          cors: {
            allowOrigins: cors.allowOrigins,
            allowMethods: cors.allowMethods,
            allowHeaders: cors.allowHeaders,
            allowCredentials: cors.allowCredentials,
            maxAge: cors.maxAgeSeconds,
            ...(cors.exposeHeaders.length === 0 ? {} : { exposeHeaders: cors.exposeHeaders }),
          },
        }),
    ...(throttle === undefined ? {} : { throttle }),
    ...(settings.accessLogs
      ? {
          accessLog: accessLogOf(scope, settings.logs, {
            method: "$context.httpMethod",
            path: "$context.path",
            authorizer: "$context.authorizer.error",
            backend: "$context.integrationErrorMessage",
          }),
        }
      : {}),
  });
}
