import { AccessLogFormat, EndpointType, LogGroupLogDestination, RestApi } from "aws-cdk-lib/aws-apigateway";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { removalPolicyOf } from "../gate-props";
import type { StageSettings } from "../stage-schema";
import { ClientCertificates } from "./client-certificates";
import { addPreflight } from "./preflight-method";
import { StageBackend } from "./stage-backend";

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
  /** What the backend can recognise the gateway by, where the stage has it. */
  readonly clientCertificates: ClientCertificates | undefined;

  constructor(scope: Construct, id: string, props: StageApiProps) {
    super(scope, id);
    const { settings } = props;

    const { clientCertificate } = settings.backend ?? {};
    this.clientCertificates =
      clientCertificate && new ClientCertificates(this, "ClientCertificates", clientCertificate);
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
        ...(this.clientCertificates === undefined
          ? {}
          : { clientCertificateId: this.clientCertificates.currentId }),
      },
    });
    // The stack has an output of its own for this.
    this.api.node.tryRemoveChild("Endpoint");

    const backend = new StageBackend(this, "Backend", {
      api: this.api,
      stageName: props.stageName,
      settings,
    });
    const root = this.api.root;
    const everythingElse = root.addResource("{proxy+}");
    backend.answer(root, "root");
    backend.answer(everythingElse, "below");
    if (settings.cors !== undefined) {
      addPreflight(root, settings.cors);
      addPreflight(everythingElse, settings.cors);
    }
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
