import { Aws, Duration, Stack } from "aws-cdk-lib";
import {
  type CfnMethod,
  ConnectionType,
  Integration,
  type IntegrationOptions,
  IntegrationType,
  type IResource,
  ResponseTransferMode,
  type RestApi,
  VpcLink,
} from "aws-cdk-lib/aws-apigateway";
import { CfnPermission } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { StageSettings } from "../stage-schema";
import { VpcLinkConnection } from "./vpc-link-connection";

/** Props for `StageBackend`. */
export interface StageBackendProps {
  readonly api: RestApi;
  /** The name of the API's stage. */
  readonly stageName: string;
  readonly settings: StageSettings;
}

/** The paths of a resource: only the root, or everything below it by the path parameter `proxy`. */
type Paths = "root" | "below";

/** A stage's backend, which handles the allowed requests. */
export class StageBackend extends Construct {
  private readonly connection: VpcLinkConnection | undefined;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: StageBackendProps,
  ) {
    super(scope, id);
    const { functionArn, vpcLink } = props.settings.backend ?? {};
    if (functionArn !== undefined) {
      this.permitInvocation(functionArn);
    }
    if (vpcLink !== undefined) {
      const { stackName: name } = Stack.of(this);
      this.connection = new VpcLinkConnection(this, "VpcLink", { link: vpcLink, name });
    }
  }

  /** Sends every request of a resource to the backend. */
  handle(resource: IResource, paths: Paths): void {
    const { backend, backendUrl } = this.props.settings;
    if (backend?.functionArn !== undefined) {
      resource.addMethod("ANY", this.functionIntegration(backend.functionArn));
      return;
    }
    const path: Record<string, string> =
      paths === "below" ? { "integration.request.path.proxy": "method.request.path.proxy" } : {};
    const url = (backend?.vpcLink?.url ?? backendUrl ?? "").replace(/\/+$/, "");
    const method = resource.addMethod(
      "ANY",
      new Integration({
        type: IntegrationType.HTTP_PROXY,
        integrationHttpMethod: "ANY",
        uri: paths === "below" ? `${url}/{proxy}` : `${url}/`,
        options: { ...this.options(), requestParameters: path, ...this.connectionOptions(resource) },
      }),
      { requestParameters: Object.fromEntries(Object.values(path).map((source) => [source, true])) },
    );
    const target = this.connection?.integrationTarget;
    if (target !== undefined) {
      // CDK's integrations do not support a target yet, so the deployment must be renewed with it explicitly.
      const resource = method.node.defaultChild as CfnMethod;
      resource.addPropertyOverride("Integration.IntegrationTarget", target);
      this.props.api.latestDeployment?.addToLogicalId({ integrationTarget: target });
    }
  }

  /** A function receives the client's unchanged request, and the authorizer's context in `requestContext.authorizer`. */
  private functionIntegration(functionArn: string): Integration {
    const call =
      this.props.settings.responseTransferMode === "stream"
        ? `2021-11-15/functions/${functionArn}/response-streaming-invocations`
        : `2015-03-31/functions/${functionArn}/invocations`;
    return new Integration({
      type: IntegrationType.AWS_PROXY,
      integrationHttpMethod: "POST",
      uri: `arn:${Aws.PARTITION}:apigateway:${Stack.of(this).region}:lambda:path/${call}`,
      options: this.options(),
    });
  }

  private options(): IntegrationOptions {
    const { backendTimeoutSeconds, responseTransferMode } = this.props.settings;
    return {
      timeout: Duration.seconds(backendTimeoutSeconds),
      ...(responseTransferMode === "stream" ? { responseTransferMode: ResponseTransferMode.STREAM } : {}),
    };
  }

  private connectionOptions(resource: IResource): IntegrationOptions {
    return this.connection === undefined
      ? {}
      : {
          connectionType: ConnectionType.VPC_LINK,
          vpcLink: VpcLink.fromVpcLinkId(resource, "VpcLink", this.connection.id),
        };
  }

  /** Permits API Gateway to invoke the function for this API's stage only, before the stage serves requests. */
  private permitInvocation(functionArn: string): void {
    const { api, stageName } = this.props;
    const permission = new CfnPermission(this, "Permission", {
      action: "lambda:InvokeFunction",
      functionName: functionArn,
      principal: "apigateway.amazonaws.com",
      sourceArn: Stack.of(this).formatArn({
        service: "execute-api",
        resource: api.restApiId,
        resourceName: `${stageName}/*/*`,
      }),
    });
    api.deploymentStage.node.addDependency(permission);
  }
}
