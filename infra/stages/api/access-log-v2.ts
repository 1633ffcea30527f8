import type { CfnStage } from "aws-cdk-lib/aws-apigatewayv2";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { logGroupPropsOf } from "../gate-props";
import type { StageSettings } from "../stage-schema";

/**
 * The access log of an HTTP or WebSocket API: time, result and the given fields. It contains neither the query nor any header,
 * because these can contain tokens.
 */
export function accessLogOf(
  scope: Construct,
  logs: StageSettings["logs"],
  fields: Readonly<Record<string, string>>,
): CfnStage.AccessLogSettingsProperty {
  const group = new LogGroup(scope, "AccessLog", {
    ...logGroupPropsOf(scope, logs),
  });
  const line = {
    requestId: "$context.requestId",
    time: "$context.requestTimeEpoch",
    status: "$context.status",
    refusal: "$context.error.responseType",
    ...fields,
  };
  return { destinationArn: group.logGroupArn, format: JSON.stringify(line) };
}
