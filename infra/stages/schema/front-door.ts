import type { z } from "zod";
import type { StageSettings } from "../stage-schema";
import { regionalArn } from "./arn";
import { complainIn } from "./complain";

/** The ARN of a web ACL for a regional API. */
export const webAclArn = regionalArn(
  /^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/[A-Za-z0-9_-]{1,128}\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  "must be a regional web ACL's ARN",
);

type FrontDoor = Pick<
  StageSettings,
  | "alarms"
  | "awsEndpointUrl"
  | "basePath"
  | "dashboard"
  | "disableExecuteApiEndpoint"
  | "domain"
  | "logs"
  | "metricsNamespace"
  | "systemLogs"
  | "webAclArn"
>;

/** Refuses settings of the front door and of monitoring that contradict each other or lack what they depend on. */
export function checkFrontDoor(stage: FrontDoor, context: z.core.$RefinementCtx): void {
  const complain = complainIn(context);
  const refuse = (condition: boolean, path: string[], message: string): void => {
    if (condition) {
      complain(path, message);
    }
  };
  const { domain, webAclArn } = stage;
  refuse(
    domain !== undefined && stage.basePath !== undefined,
    ["basePath"],
    "is for a domain that is created elsewhere: with `domain`, set `domain.basePath` instead",
  );
  refuse(
    stage.disableExecuteApiEndpoint && domain === undefined,
    ["disableExecuteApiEndpoint"],
    "can't be true without `domain`: clients could not reach the API",
  );
  refuse(
    domain?.mutualTls !== undefined && !stage.disableExecuteApiEndpoint,
    ["domain", "mutualTls"],
    "needs `disableExecuteApiEndpoint: true`: API Gateway's own host name does not require client certificates",
  );
  refuse(
    webAclArn !== undefined && stage.awsEndpointUrl !== undefined,
    ["webAclArn"],
    "can't be set with `awsEndpointUrl`: the local cloud has no web ACLs",
  );
  refuse(
    stage.alarms !== undefined && stage.awsEndpointUrl !== undefined,
    ["alarms"],
    "can't be set with `awsEndpointUrl`: the local cloud does not evaluate alarms",
  );
  refuse(
    stage.alarms !== undefined && stage.metricsNamespace === undefined,
    ["alarms"],
    "needs `metricsNamespace`: the alarms use the authorizer's metrics",
  );
  refuse(
    stage.dashboard && stage.metricsNamespace === undefined,
    ["dashboard"],
    "can't be true without `metricsNamespace`: the dashboard shows the authorizer's metrics",
  );
  refuse(
    stage.systemLogs.functions !== undefined && stage.logs.level === undefined,
    ["systemLogs", "functions"],
    "needs `logs.level`: Lambda filters JSON logs by a level, which must be known at synth",
  );
}
