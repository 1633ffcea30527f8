import {
  AccessLogFormat,
  type CfnRestApi,
  EndpointType,
  LogGroupLogDestination,
  type MethodDeploymentOptions,
  MethodLoggingLevel,
  RestApi,
  type StageOptions,
} from "aws-cdk-lib/aws-apigateway";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { isEnhanced } from "../../lib/constructs/api-domain";
import { logGroupPropsOf } from "../gate-props";
import { tlsPolicyOf } from "../schema/domain";
import type { ThrottleSettings } from "../schema/throttle";
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
      ...(settings.disableExecuteApiEndpoint ? { disableExecuteApiEndpoint: true } : {}),
      deployOptions: {
        stageName: props.stageName,
        ...methodSettingsOf(settings),
        ...(settings.accessLogs ? this.accessLog(settings.logs) : {}),
        ...(settings.tracing ? { tracingEnabled: true } : {}),
        ...(this.clientCertificates === undefined
          ? {}
          : { clientCertificateId: this.clientCertificates.currentId }),
      },
    });
    // The stack has an output of its own for this.
    this.api.node.tryRemoveChild("Endpoint");
    this.negotiateTls(settings);
    if (settings.systemLogs.api) {
      this.keepExecutionLog(props);
    }

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

  /** API Gateway negotiates by the API's policy, also where a domain that has another one is asked. */
  private negotiateTls({ domain }: StageSettings): void {
    if (domain !== undefined && isEnhanced(tlsPolicyOf(domain))) {
      const api = this.api.node.defaultChild as CfnRestApi;
      api.securityPolicy = tlsPolicyOf(domain);
      api.endpointAccessMode = "BASIC";
    }
  }

  /** Makes the log group that API Gateway would make itself, unencrypted and for ever. */
  private keepExecutionLog({ stageName, settings }: StageApiProps): void {
    const group = new LogGroup(this, "ExecutionLog", {
      logGroupName: `API-Gateway-Execution-Logs_${this.api.restApiId}/${stageName}`,
      ...logGroupPropsOf(this, settings.logs),
    });
    this.api.deploymentStage.node.addDependency(group);
  }

  private accessLog(logs: StageSettings["logs"]) {
    const group = new LogGroup(this, "AccessLog", {
      ...logGroupPropsOf(this, logs),
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

/**
 * Limits and execution log, of all methods and of those that have limits of their own. What is set for one method takes nothing
 * from what is set for all.
 */
function methodSettingsOf({ throttle, systemLogs }: StageSettings): StageOptions {
  // Errors alone, and never what requests and answers hold: tokens.
  const logging: MethodDeploymentOptions = systemLogs.api
    ? { loggingLevel: MethodLoggingLevel.ERROR, dataTraceEnabled: false }
    : {};
  const settings = (limits: Limits): MethodDeploymentOptions => ({
    ...logging,
    throttlingRateLimit: limits.rateLimit,
    throttlingBurstLimit: limits.burstLimit,
  });
  const methods = Object.entries(throttle?.methods ?? {}).flatMap(([method, limits]) =>
    ["//", "/{proxy+}/"].map((resource) => [`${resource}${method}`, settings(limits)]),
  );
  return {
    ...(throttle === undefined ? logging : settings(throttle)),
    ...(methods.length === 0 ? {} : { methodOptions: Object.fromEntries(methods) }),
  };
}

type Limits = Pick<ThrottleSettings, "rateLimit" | "burstLimit">;
