import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { HttpIntegration, LambdaIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { Oathgate, OathgateCode } from "oathgate-cdk";

/** Props for `OrdersStack`. */
export interface OrdersStackProps extends StackProps {
  /** Where orders are kept. */
  readonly backendUrl: string;
  /** Answers a session's cookie with the session as JSON, as Ory Kratos does. */
  readonly sessionUrl: string;
  /** The local cloud's address. @default AWS's own */
  readonly awsEndpointUrl?: string;
}

/** An API that was there before the gate: two HTTP backends, a function, and a health check. */
export class OrdersStack extends Stack {
  constructor(scope: Construct, id: string, props: OrdersStackProps) {
    super(scope, id, props);
    const { backendUrl, sessionUrl, awsEndpointUrl } = props;
    const origin = "https://app.example.com";

    const api = new RestApi(this, "Api", {
      cloudWatchRole: false,
      deployOptions: { stageName: "live" },
      defaultCorsPreflightOptions: { allowOrigins: [origin] },
    });
    api.root.addResource("orders").addMethod("GET", new HttpIntegration(`${backendUrl}/orders`));
    api.root.addResource("health").addMethod("GET", new HttpIntegration(`${backendUrl}/health`));
    api.root.addResource("profile").addMethod("GET", new LambdaIntegration(this.profile()));

    const gate = new Oathgate(this, "Gate", {
      config: "gate/config.yml",
      configOverrides: {
        authenticators: { cookie_session: { config: { check_session_url: sessionUrl } } },
      },
      rules: "gate/rules.jsonnet",
      ruleTests: "gate/tests.jsonnet",
      publicHost: "orders.example.com",
      ...(process.env.OATHGATE_BINARIES
        ? { code: OathgateCode.fromBinaries(process.env.OATHGATE_BINARIES) }
        : {}),
      ...(awsEndpointUrl ? { awsEndpointUrl } : {}),
    });
    gate.protect(api, { exclude: ["GET /health"], cors: { allowOrigins: [origin] } });

    new CfnOutput(this, "ApiId", { value: api.restApiId });
  }

  /** A function's integration takes no header mappings: what the gate vouches for is in the event's context. */
  private profile(): LambdaFunction {
    return new LambdaFunction(this, "Profile", {
      runtime: Runtime.NODEJS_22_X,
      handler: "index.handler",
      code: Code.fromInline(`
        exports.handler = async (event) => ({
          statusCode: 200,
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ user: event.requestContext.authorizer["x-user"] }),
        });
      `),
    });
  }
}
