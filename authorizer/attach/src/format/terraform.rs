//! Terraform's language, for the AWS provider.

use std::collections::BTreeMap;

use serde_json::Value;

use super::parameters;
use crate::contract::Contract;

/// An authorizer, the gateway responses, the mappings as locals, and a method as an example.
pub(super) fn module(contract: &Contract) -> String {
    let mut out = format!(
        r#"variable "rest_api_id" {{
  type = string
}}

variable "resource_id" {{
  type = string
}}

locals {{
  # For every integration over HTTP whose method the gate decides.
  oathgate_headers = {headers}
  # For integrations over HTTP of methods without the authorizer.
  oathgate_placeholders = {placeholders}
}}

resource "aws_api_gateway_authorizer" "oathgate" {{
  rest_api_id                      = var.rest_api_id
  name                             = {name}
  type                             = "REQUEST"
  authorizer_uri                   = {uri}
  authorizer_result_ttl_in_seconds = 0
  identity_source                  = ""
}}
"#,
        headers = map(&parameters(&contract.headers), 2),
        placeholders = map(&parameters(&contract.placeholders), 2),
        name = text(&contract.authorizer_name()),
        uri = text(&contract.authorizer().uri.unwrap_or_default()),
    );
    for (response_type, response) in &contract.gateway_responses {
        let status = response
            .status_code
            .as_ref()
            .map_or_else(String::new, |status| {
                format!("  status_code   = {}\n", text(status))
            });
        out.push_str(&format!(
            r#"
resource "aws_api_gateway_gateway_response" "oathgate_{name}" {{
  rest_api_id   = var.rest_api_id
  response_type = {response_type}
{status}
  response_parameters = {parameters}
  response_templates = {templates}
}}
"#,
            name = response_type.to_lowercase(),
            response_type = text(response_type),
            parameters = map(&response.response_parameters, 2),
            templates = map(&response.response_templates, 2),
        ));
    }
    out.push_str(
        r#"
resource "aws_api_gateway_method" "example" {
  rest_api_id   = var.rest_api_id
  resource_id   = var.resource_id
  http_method   = "GET"
  authorization = "CUSTOM"
  authorizer_id = aws_api_gateway_authorizer.oathgate.id
}

resource "aws_api_gateway_integration" "example" {
  rest_api_id             = var.rest_api_id
  resource_id             = var.resource_id
  http_method             = aws_api_gateway_method.example.http_method
  type                    = "HTTP_PROXY"
  integration_http_method = "GET"
  uri                     = "https://backend.example.com/orders"
  request_parameters      = local.oathgate_headers
}
"#,
    );
    out
}

fn map(entries: &BTreeMap<String, String>, depth: usize) -> String {
    let indent = " ".repeat(depth);
    let lines: String = entries
        .iter()
        .map(|(key, value)| format!("{indent}  {} = {}\n", text(key), text(value)))
        .collect();
    format!("{{\n{lines}{indent}}}")
}

/// A string literal of Terraform: like JSON's, except that `${` and `%{` start templates.
fn text(value: &str) -> String {
    Value::from(value)
        .to_string()
        .replace("${", "$${")
        .replace("%{", "%%{")
}
