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

/** A stage's own REST API, which sends every request to the backend. The gate is added by `Oathgate.protect`. */
export class StageApi extends Construct {
  readonly api: RestApi;
  /** The client certificates by which the backend recognises API Gateway; `undefined` without any. */
  readonly clientCertificates: ClientCertificates | undefined;

  constructor(scope: Construct, id: string, props: StageApiProps) {
    super(scope, id);
    const { settings } = props;

    const { clientCertificate } = settings.backend ?? {};
    this.clientCertificates =
      clientCertificate && new ClientCertificates(this, "ClientCertificates", clientCertificate);
    this.api = new RestApi(this, "Api", {
      restApiName: props.apiName,
      description: "Requests decided by Ory Oathkeeper's rules, then sent to the backend",
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
    backend.handle(root, "root");
    backend.handle(everythingElse, "below");
    if (settings.cors !== undefined) {
      addPreflight(root, settings.cors);
      addPreflight(everythingElse, settings.cors);
    }
  }

  /** Sets the API's security policy, by which API Gateway negotiates TLS even under a domain with another one. */
  private negotiateTls({ domain }: StageSettings): void {
    if (domain !== undefined && isEnhanced(tlsPolicyOf(domain))) {
      const api = this.api.node.defaultChild as CfnRestApi;
      api.securityPolicy = tlsPolicyOf(domain);
      api.endpointAccessMode = "BASIC";
    }
  }

  /** Creates the log group that API Gateway would otherwise create, unencrypted and without an expiry. */
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
      // Neither the query nor any header: these can contain tokens.
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
 * Limits and execution log of all methods, and of those with limits of their own. Settings of one method do not inherit those of
 * all methods.
 */
function methodSettingsOf({ throttle, systemLogs }: StageSettings): StageOptions {
  // Only errors, never the contents of requests and responses, which include tokens.
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
