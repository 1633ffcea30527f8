//! Snippets for an API that is deployed from code, with the same settings that attaching would make.

mod cdk;
mod cloudformation;
mod openapi;
mod terraform;
mod yaml;

use std::collections::BTreeMap;

use crate::{
    api::GatewayResponse,
    contract::{Contract, header_parameter},
};

/// The language of an API's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A CloudFormation template, in YAML.
    CloudFormation,
    /// A SAM template, in YAML.
    Sam,
    /// An OpenAPI 3.0 document with API Gateway's extensions, in YAML.
    OpenApi,
    /// Terraform's language, for the AWS provider.
    Terraform,
    /// TypeScript, for CDK.
    Cdk,
}

/// The snippet for a contract, with a method as an example.
#[must_use]
pub fn snippet(contract: &Contract, format: Format) -> String {
    let (mark, body) = match format {
        Format::CloudFormation => ("#", cloudformation::template(contract)),
        Format::Sam => ("#", cloudformation::sam(contract)),
        Format::OpenApi => ("#", openapi::document(contract)),
        Format::Terraform => ("#", terraform::module(contract)),
        Format::Cdk => ("//", cdk::function(contract)),
    };
    let heading = [
        format!(
            "The gate `{}`, version {}. These mappings are for this version only: print them again after each deployment",
            contract.gate,
            contract.version()
        ),
        "of the gate, and deploy them together.".to_owned(),
    ];
    let heading: String = heading
        .iter()
        .map(|line| format!("{mark} {line}\n"))
        .collect();
    format!("{heading}{body}")
}

/// Header mappings as an integration's parameters.
fn parameters(headers: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mapped = headers.iter();
    mapped
        .map(|(header, source)| (header_parameter(header), source.clone()))
        .collect()
}

/// The headers of a gateway response by their own names.
fn response_headers(response: &GatewayResponse) -> BTreeMap<&str, &str> {
    let parameters = response.response_parameters.iter();
    parameters
        .filter_map(|(name, source)| {
            let header = name.strip_prefix("gatewayresponse.header.")?;
            Some((header, source.as_str()))
        })
        .collect()
}

/// A type of gateway response as a name: `AccessDenied`.
fn camel_case(response_type: &str) -> String {
    response_type
        .split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .into_iter()
                .chain(letters.as_str().to_lowercase().chars().collect::<Vec<_>>())
        })
        .collect()
}
