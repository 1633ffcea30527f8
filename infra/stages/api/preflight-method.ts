import {
  AuthorizationType,
  ContentHandling,
  type IResource,
  MockIntegration,
  PassthroughBehavior,
} from "aws-cdk-lib/aws-apigateway";
import type { CorsSettings } from "../schema/cors";

/**
 * Answers a resource's preflights in API Gateway, without the authorizer: browsers send none of the credentials with them.
 *
 * CDK's own `addCorsPreflight` doesn't fit: where every media type counts as binary, a mock integration fails unless the body is
 * made text first, and so does its answer where that has a template.
 */
export function addPreflight(resource: IResource, cors: CorsSettings): void {
  const [first = "*", ...others] = cors.allowOrigins;
  const headers: Record<string, string> = {
    "Access-Control-Allow-Origin": `'${first}'`,
    "Access-Control-Allow-Methods": `'${cors.allowMethods.join(",")}'`,
    "Access-Control-Allow-Headers": `'${cors.allowHeaders.join(",")}'`,
    "Access-Control-Max-Age": `'${cors.maxAgeSeconds}'`,
    ...(cors.allowCredentials ? { "Access-Control-Allow-Credentials": "'true'" } : {}),
    ...(first === "*" ? {} : { Vary: "'Origin'" }),
  };
  const named = Object.entries(headers).map(
    ([name, value]) => [`method.response.header.${name}`, value] as const,
  );

  resource.addMethod(
    "OPTIONS",
    new MockIntegration({
      contentHandling: ContentHandling.CONVERT_TO_TEXT,
      passthroughBehavior: PassthroughBehavior.NEVER,
      requestTemplates: { "application/json": '{"statusCode": 204}' },
      integrationResponses: [
        {
          statusCode: "204",
          responseParameters: Object.fromEntries(named),
          ...(others.length === 0
            ? {}
            : {
                responseTemplates: { "application/json": originTemplate(others) },
                contentHandling: ContentHandling.CONVERT_TO_TEXT,
              }),
        },
      ],
    }),
    {
      authorizationType: AuthorizationType.NONE,
      methodResponses: [
        { statusCode: "204", responseParameters: Object.fromEntries(named.map(([name]) => [name, true])) },
      ],
    },
  );
}

/**
 * Names the caller's origin in place of the first one where it is one of the others.
 *
 * Nothing but comparisons with texts: what API Gateway's template language takes `!$origin` for where there is no such header
 * is not what Velocity does. Browsers send the header's name as it stands over HTTP/1.1 and in lower case over HTTP/2.
 */
function originTemplate(others: readonly string[]): string {
  return others
    .map((origin) => {
      const named = ["Origin", "origin"].map(
        (name) => `$input.params().header.get('${name}') == '${origin}'`,
      );
      return `#if(${named.join(" || ")})#set($context.responseOverride.header.Access-Control-Allow-Origin = '${origin}')#end`;
    })
    .join("\n");
}
