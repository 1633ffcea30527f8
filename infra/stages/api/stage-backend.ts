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

/** What part of an API's paths a resource has: the root alone, or everything below it by the path parameter `proxy`. */
type Part = "root" | "below";

/** A stage's backend: what answers the requests that the gate allows. */
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
      this.letCall(functionArn);
    }
    if (vpcLink !== undefined) {
      const { stackName: name } = Stack.of(this);
      this.connection = new VpcLinkConnection(this, "VpcLink", { link: vpcLink, name });
    }
  }

  /** Hands every request of a resource to the backend. */
  answer(resource: IResource, part: Part): void {
    const { backend, backendUrl } = this.props.settings;
    if (backend?.functionArn !== undefined) {
      resource.addMethod("ANY", this.functionIntegration(backend.functionArn));
      return;
    }
    const path: Record<string, string> =
      part === "below" ? { "integration.request.path.proxy": "method.request.path.proxy" } : {};
    const url = (backend?.vpcLink?.url ?? backendUrl ?? "").replace(/\/+$/, "");
    const method = resource.addMethod(
      "ANY",
      new Integration({
        type: IntegrationType.HTTP_PROXY,
        integrationHttpMethod: "ANY",
        uri: part === "below" ? `${url}/{proxy}` : `${url}/`,
        options: { ...this.options(), requestParameters: path, ...this.privately(resource) },
      }),
      { requestParameters: Object.fromEntries(Object.values(path).map((source) => [source, true])) },
    );
    const target = this.connection?.integrationTarget;
    if (target !== undefined) {
      // CDK's integrations know no target yet, and so the deployment has to be told to follow it.
      const resource = method.node.defaultChild as CfnMethod;
      resource.addPropertyOverride("Integration.IntegrationTarget", target);
      this.props.api.latestDeployment?.addToLogicalId({ integrationTarget: target });
    }
  }

  /** A function gets the request as it came, and what the gate says in `requestContext.authorizer`. */
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

  private privately(resource: IResource): IntegrationOptions {
    return this.connection === undefined
      ? {}
      : {
          connectionType: ConnectionType.VPC_LINK,
          vpcLink: VpcLink.fromVpcLinkId(resource, "VpcLink", this.connection.id),
        };
  }

  /** Lets API Gateway call the function for this API's stage alone, before the stage answers anybody. */
  private letCall(functionArn: string): void {
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
