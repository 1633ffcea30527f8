import { Duration } from "aws-cdk-lib";
import {
  AccessLogFormat,
  EndpointType,
  HttpIntegration,
  type IResource,
  LogGroupLogDestination,
  ResponseTransferMode,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { removalPolicyOf } from "../gate-props";
import type { StageSettings } from "../stage-schema";
import { addPreflight } from "./preflight-method";

/** Props for `StageApi`. */
export interface StageApiProps {
  /** The API's name. */
  readonly apiName: string;
  /** The API's stage, the first part of its URLs' paths. */
  readonly stageName: string;
  readonly settings: StageSettings;
}

/** A stage's own API: every request of its root and of all below it goes to the backend. What decides is not its part. */
export class StageApi extends Construct {
  readonly api: RestApi;

  constructor(scope: Construct, id: string, props: StageApiProps) {
    super(scope, id);
    const { settings } = props;

    this.api = new RestApi(this, "Api", {
      restApiName: props.apiName,
      description: "Requests decided by Ory Oathkeeper's rules, then handed to the backend",
      endpointTypes: [EndpointType.REGIONAL],
      binaryMediaTypes: ["*/*"],
      // The logging role belongs to the account, not to one of its APIs.
      cloudWatchRole: false,
      deployOptions: {
        stageName: props.stageName,
        ...(settings.throttle === undefined
          ? {}
          : {
              throttlingRateLimit: settings.throttle.rateLimit,
              throttlingBurstLimit: settings.throttle.burstLimit,
            }),
        ...(settings.accessLogs ? this.accessLog(settings.logs) : {}),
        ...(settings.tracing ? { tracingEnabled: true } : {}),
      },
    });
    // The stack has an output of its own for this.
    this.api.node.tryRemoveChild("Endpoint");

    const backend = settings.backendUrl.replace(/\/+$/, "");
    const root = this.api.root;
    const everythingElse = root.addResource("{proxy+}");
    this.handOn(root, `${backend}/`, {}, settings);
    this.handOn(
      everythingElse,
      `${backend}/{proxy}`,
      { "integration.request.path.proxy": "method.request.path.proxy" },
      settings,
    );
    if (settings.cors !== undefined) {
      addPreflight(root, settings.cors);
      addPreflight(everythingElse, settings.cors);
    }
  }

  /** Hands a resource's requests to the backend. */
  private handOn(
    resource: IResource,
    url: string,
    path: Record<string, string>,
    settings: StageSettings,
  ): void {
    resource.addMethod(
      "ANY",
      new HttpIntegration(url, {
        proxy: true,
        httpMethod: "ANY",
        options: {
          timeout: Duration.seconds(settings.backendTimeoutSeconds),
          ...(settings.responseTransferMode === "stream"
            ? { responseTransferMode: ResponseTransferMode.STREAM }
            : {}),
          requestParameters: path,
        },
      }),
      { requestParameters: Object.fromEntries(Object.values(path).map((source) => [source, true])) },
    );
  }

  private accessLog(logs: StageSettings["logs"]) {
    const group = new LogGroup(this, "AccessLog", {
      retention: logs.retentionDays,
      removalPolicy: removalPolicyOf(logs),
    });
    return {
      accessLogDestination: new LogGroupLogDestination(group),
      // Neither the query nor any header: they hold tokens.
      accessLogFormat: AccessLogFormat.custom(
        JSON.stringify({
          requestId: "$context.requestId",
          time: "$context.requestTimeEpoch",
          method: "$context.httpMethod",
          path: "$context.path",
          status: "$context.status",
          rule: "$context.authorizer.rule",
          refusal: "$context.error.responseType",
          authorizerMilliseconds: "$context.authorizer.integrationLatency",
          backendMilliseconds: "$context.integration.latency",
        }),
      ),
    };
  }
}
