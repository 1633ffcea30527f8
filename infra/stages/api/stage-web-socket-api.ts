import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Oathgate } from "../../lib/oathgate";
import { GateWebSocketApi } from "../../lib/v2-api/gate-web-socket-api";
import { accessLogOf } from "./access-log-v2";
import { publicBackendOf } from "./public-backend";
import type { StageApiProps } from "./stage-api";

/** Creates a stage's WebSocket API. */
export function addWebSocketApi(
  scope: Construct,
  gate: Oathgate,
  { apiName, stageName, settings }: StageApiProps,
): GateWebSocketApi {
  return new GateWebSocketApi(scope, "Gate", {
    gate,
    apiName,
    stageName,
    backendUrl: publicBackendOf(settings),
    backendTimeout: Duration.seconds(settings.backendTimeoutSeconds),
    ...(settings.throttle === undefined ? {} : { throttle: settings.throttle }),
    ...(settings.accessLogs
      ? {
          accessLog: accessLogOf(scope, settings.logs, {
            connection: "$context.connectionId",
            event: "$context.eventType",
            route: "$context.routeKey",
          }),
        }
      : {}),
  });
}
