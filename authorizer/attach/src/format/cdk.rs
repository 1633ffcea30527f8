//! TypeScript for CDK.

use serde_json::{Map, Value, json};

use super::{parameters, response_headers};
use crate::contract::Contract;

/// A function that adds the authorizer and the gateway responses to an API, and the mappings for its integrations.
pub(super) fn function(contract: &Contract) -> String {
    let responses: Map<String, Value> = contract
        .gateway_responses
        .iter()
        .map(|(response_type, response)| {
            let mut properties = Map::new();
            if let Some(status) = &response.status_code {
                properties.insert("statusCode".to_owned(), json!(status));
            }
            let headers = json!(response_headers(response));
            properties.insert("responseHeaders".to_owned(), headers);
            properties.insert("templates".to_owned(), json!(response.response_templates));
            (response_type.clone(), Value::Object(properties))
        })
        .collect();
    format!(
        r#"import {{ Duration }} from "aws-cdk-lib";
import {{ type CfnAuthorizer, RequestAuthorizer, ResponseType, type RestApi }} from "aws-cdk-lib/aws-apigateway";
import {{ Version }} from "aws-cdk-lib/aws-lambda";

/** `requestParameters` of every HTTP integration whose method the gate decides. */
export const oathgateHeaders: Record<string, string> = {headers};

/** `requestParameters` of HTTP integrations of methods without the authorizer. */
export const oathgatePlaceholders: Record<string, string> = {placeholders};

const refusals: Record<
  string,
  {{ statusCode?: string; responseHeaders: Record<string, string>; templates: Record<string, string> }}
> = {refusals};

/** Gives an API the gate's authorizer, for `defaultMethodOptions` and methods, and its answers to refused requests. */
export function addOathgate(api: RestApi): RequestAuthorizer {{
  const authorizer = new RequestAuthorizer(api, "OathgateAuthorizer", {{
    handler: Version.fromVersionArn(api, "Oathgate", {function}),
    authorizerName: {name},
    identitySources: [],
    resultsCacheTtl: Duration.seconds(0),
  }});
  // CDK writes an empty identity source; without caching there must be none.
  (authorizer.node.defaultChild as CfnAuthorizer).identitySource = undefined;
  for (const [type, refusal] of Object.entries(refusals)) {{
    api.addGatewayResponse(`Oathgate${{type}}`, {{ type: ResponseType.of(type), ...refusal }});
  }}
  return authorizer;
}}
"#,
        headers = pretty(&json!(parameters(&contract.headers))),
        placeholders = pretty(&json!(parameters(&contract.placeholders))),
        refusals = pretty(&Value::Object(responses)),
        function = Value::from(contract.function_arn.clone()),
        name = Value::from(contract.authorizer_name()),
    )
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
