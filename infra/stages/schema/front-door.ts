import type { z } from "zod";
import type { StageSettings } from "../stage-schema";
import { regionalArn } from "./arn";
import { complainIn } from "./complain";

/** A web ACL that can stand before a stage of a regional API. */
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

/** Refuses settings of what stands before the API, and of what watches it, that contradict or need each other. */
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
    "is for a domain that is made elsewhere: with `domain`, write `domain.basePath`",
  );
  refuse(
    stage.disableExecuteApiEndpoint && domain === undefined,
    ["disableExecuteApiEndpoint"],
    "can't be true without `domain`: nobody could reach the API",
  );
  refuse(
    domain?.mutualTls !== undefined && !stage.disableExecuteApiEndpoint,
    ["domain", "mutualTls"],
    "needs `disableExecuteApiEndpoint: true`: API Gateway's own host name asks nobody for a certificate",
  );
  refuse(
    webAclArn !== undefined && stage.awsEndpointUrl !== undefined,
    ["webAclArn"],
    "has no use on the local cloud, which has no web ACLs",
  );
  refuse(
    stage.alarms !== undefined && stage.awsEndpointUrl !== undefined,
    ["alarms"],
    "has no use on the local cloud, whose alarms compute nothing",
  );
  refuse(
    stage.alarms !== undefined && stage.metricsNamespace === undefined,
    ["alarms"],
    "needs `metricsNamespace`: the alarms look at the authorizer's metrics",
  );
  refuse(
    stage.dashboard && stage.metricsNamespace === undefined,
    ["dashboard"],
    "can't be true without `metricsNamespace`: it shows the authorizer's metrics",
  );
  refuse(
    stage.systemLogs.functions !== undefined && stage.logs.level === undefined,
    ["systemLogs", "functions"],
    "needs `logs.level`: Lambda drops the lines of JSON logs below a level, which has to be known here",
  );
}
