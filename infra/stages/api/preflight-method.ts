import {
  AuthorizationType,
  ContentHandling,
  type IResource,
  MockIntegration,
  PassthroughBehavior,
} from "aws-cdk-lib/aws-apigateway";
import type { CorsSettings } from "../schema/cors";

/**
 * Lets API Gateway answer a resource's preflights without the authorizer: browsers send no credentials with them.
 *
 * CDK's own `addCorsPreflight` can't be used: if every media type counts as binary, a mock integration fails unless its body is
 * converted to text first, and so does its response if it has a template.
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
 * Returns the client's origin instead of the first one if it is one of the others.
 *
 * The template only compares strings: in API Gateway's template language `!$origin` does not mean the same as in Velocity if the
 * header is missing. Browsers send the header's name in this spelling over HTTP/1.1 and in lower case over HTTP/2.
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
