import { Duration, Lazy, RemovalPolicy } from "aws-cdk-lib";
import {
  AccessLogFormat,
  AuthorizationType,
  type CfnAuthorizer,
  EndpointType,
  HttpIntegration,
  type IResource,
  LogGroupLogDestination,
  RequestAuthorizer,
  ResponseTransferMode,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import { CfnPermission, type Version } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { StageSettings } from "../../stages/stage-schema";
import type { GateReport } from "../oathgate-cli";
import { addPreflight } from "./preflight";
import { addRefusals } from "./refusals";
import { renewWithVersion } from "./renewed-with-version";

/** Props for `GateApi`. */
export interface GateApiProps {
  /** The API's name. */
  readonly apiName: string;
  /** The API's stage, the first part of its URLs' paths. */
  readonly stageName: string;
  /** What decides each request: a function's `currentVersion`. */
  readonly authorizer: Version;
  /** Which headers the decisions vouch for, and how they refuse. */
  readonly report: GateReport;
  readonly settings: StageSettings;
}

/**
 * The API: each request is decided by the authorizer, then handed to the backend with the headers the gate vouches for.
 *
 * Decisions are never cached: API Gateway would apply a cached policy to every other path and method of the API.
 *
 * Each version of the function has an authorizer and an invoke permission of its own. So a deployment that is served, also
 * one from before a deploy that is under way, is decided by the version that its header mappings were made for, whether API
 * Gateway takes an authorizer from the deployment or as it is at the moment.
 */
export class GateApi extends Construct {
  readonly api: RestApi;

  constructor(scope: Construct, id: string, props: GateApiProps) {
    super(scope, id);
    const { settings, report } = props;

    const authorizer = this.authorizerOf(props.authorizer);

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
      defaultMethodOptions: {
        authorizationType: AuthorizationType.CUSTOM,
        authorizer,
      },
    });
    // The stack has an output of its own for this.
    this.api.node.tryRemoveChild("Endpoint");
    // No request is sent to a version that API Gateway may not call yet.
    this.api.deploymentStage.node.addDependency(props.authorizer);

    const backend = settings.backendUrl.replace(/\/+$/, "");
    const root = this.api.root;
    const everythingElse = root.addResource("{proxy+}");
    this.handOn(root, `${backend}/`, {}, props);
    this.handOn(
      everythingElse,
      `${backend}/{proxy}`,
      { "integration.request.path.proxy": "method.request.path.proxy" },
      props,
    );
    if (settings.cors !== undefined) {
      addPreflight(root, settings.cors);
      addPreflight(everythingElse, settings.cors);
    }
    addRefusals(this.api, { report, redirects: settings.redirects, cors: settings.cors });
  }

  /** The authorizer that calls this version, and its permission to; both are made anew with each version. */
  private authorizerOf(version: Version): RequestAuthorizer {
    const authorizer = new RequestAuthorizer(this, "Authorizer", {
      handler: version,
      // Two authorizers of an API can't have the same name, and during a deploy there are two.
      authorizerName: Lazy.string({ produce: () => resource.logicalId }),
      identitySources: [],
      resultsCacheTtl: Duration.seconds(0),
    });
    const resource = authorizer.node.defaultChild as CfnAuthorizer;
    // CDK writes no identity source as an empty one; without caching there is to be none.
    resource.identitySource = undefined;
    renewWithVersion(resource, version);
    for (const child of version.node.findAll()) {
      if (child instanceof CfnPermission) {
        renewWithVersion(child, version);
        // Needed for as long as the version may be called, and gone with it.
        child.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
      }
    }
    return authorizer;
  }

  /** Hands a resource's requests to the backend, each vouched header replaced by what the authorizer's context says. */
  private handOn(resource: IResource, url: string, path: Record<string, string>, props: GateApiProps): void {
    const vouched = props.report.vouched.flatMap(({ header, context_key }) =>
      mappedSpellings(header).map((spelling) => [
        `integration.request.header.${spelling}`,
        `context.authorizer.${context_key}`,
      ]),
    );
    resource.addMethod(
      "ANY",
      new HttpIntegration(url, {
        proxy: true,
        httpMethod: "ANY",
        options: {
          timeout: Duration.seconds(props.settings.backendTimeoutSeconds),
          ...(props.settings.responseTransferMode === "stream"
            ? { responseTransferMode: ResponseTransferMode.STREAM }
            : {}),
          requestParameters: { ...path, ...Object.fromEntries(vouched) },
        },
      }),
      { requestParameters: Object.fromEntries(Object.values(path).map((source) => [source, true])) },
    );
  }

  private accessLog(logs: StageSettings["logs"]) {
    const group = new LogGroup(this, "AccessLog", {
      retention: logs.retentionDays,
      removalPolicy: logs.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
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
 * The spellings in which a vouched header is mapped.
 *
 * It is not known of AWS that a mapping replaces the client's header of another case. For most headers it need not: a
 * request that brings one is refused. `Cookie` is never refused, so it is mapped as HTTP/1 clients spell it and as HTTP/2
 * clients do. `Authorization` is mapped once: two of them would be two credentials to a backend, which has to verify the one
 * it gets.
 */
function mappedSpellings(header: string): string[] {
  return header.toLowerCase() === "cookie" ? ["Cookie", "cookie"] : [header];
}
