//! The methods that a stage serves: those of its deployment, as API Gateway exports it.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-export-api.html>

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use thiserror::Error;

/// The key of an operation for every HTTP method.
const ANY: &str = "x-amazon-apigateway-any-method";

/// The keys of a path item that are operations.
const VERBS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// API Gateway's export does not have the documented form.
#[derive(Debug, Error)]
#[error("the export of the stage cannot be read: it has no `{0}`")]
pub struct UnreadableExport(&'static str);

/// The methods that a stage serves, by name: `GET /orders/{id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// Each method.
    pub methods: BTreeMap<String, ServedMethod>,
}

/// A method as the stage serves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServedMethod {
    /// The Lambda authorizers that decide its requests.
    pub authorizers: Vec<ServedAuthorizer>,
    /// The integration's type, in capital letters.
    pub integration: Option<String>,
    /// The backend.
    pub uri: Option<String>,
    /// The integration's parameters.
    pub parameters: BTreeMap<String, String>,
}

/// An authorizer as the stage serves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedAuthorizer {
    /// Its name.
    pub name: String,
    /// The URI of its function, as API Gateway writes it.
    pub uri: Option<String>,
    /// The number of seconds for which its results are cached.
    pub ttl: Option<i64>,
    /// The identity sources that a request must have for the authorizer to be called.
    pub identity_source: String,
}

impl Served {
    /// Reads an export: OpenAPI 3.0 with the extensions `integrations` and `authorizers`.
    ///
    /// # Errors
    /// A document of another form.
    pub fn parse(document: &Value) -> Result<Self, UnreadableExport> {
        let paths = document
            .get("paths")
            .and_then(Value::as_object)
            .ok_or(UnreadableExport("paths"))?;
        let schemes = document
            .pointer("/components/securitySchemes")
            .and_then(Value::as_object);
        let mut served = Self::default();
        for (path, item) in paths {
            for (key, operation) in item.as_object().into_iter().flatten() {
                let verb = if key == ANY {
                    "ANY".to_owned()
                } else if VERBS.contains(&key.as_str()) {
                    key.to_uppercase()
                } else {
                    continue;
                };
                let method = ServedMethod::parse(operation, document, schemes);
                served.methods.insert(format!("{verb} {path}"), method);
            }
        }
        Ok(served)
    }

    /// The names of the authorizers that decide at least one method.
    pub fn authorizers(&self) -> impl Iterator<Item = &str> {
        let methods = self.methods.values();
        let authorizers = methods.flat_map(|method| &method.authorizers);
        authorizers.map(|authorizer| authorizer.name.as_str())
    }
}

impl ServedMethod {
    fn parse(operation: &Value, document: &Value, schemes: Option<&Map<String, Value>>) -> Self {
        let integration = operation.get("x-amazon-apigateway-integration");
        let text = |key: &str| {
            integration
                .and_then(|integration| integration.get(key))
                .and_then(Value::as_str)
        };
        let parameters = integration
            .and_then(|integration| integration.get("requestParameters"))
            .and_then(Value::as_object);
        Self {
            authorizers: security(operation, document)
                .filter_map(|name| {
                    let scheme = schemes?.get(name)?;
                    let authorizer = scheme.get("x-amazon-apigateway-authorizer")?;
                    let text = |key| authorizer.get(key).and_then(Value::as_str);
                    Some(ServedAuthorizer {
                        name: name.clone(),
                        uri: text("authorizerUri").map(str::to_owned),
                        ttl: authorizer
                            .get("authorizerResultTtlInSeconds")
                            .and_then(Value::as_i64),
                        identity_source: text("identitySource").unwrap_or_default().to_owned(),
                    })
                })
                .collect(),
            integration: text("type").map(str::to_uppercase),
            uri: text("uri").map(str::to_owned),
            parameters: parameters
                .into_iter()
                .flatten()
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect(),
        }
    }
}

/// The names of the security schemes of an operation; the document's own where it has none.
fn security<'a>(operation: &'a Value, document: &'a Value) -> impl Iterator<Item = &'a String> {
    operation
        .get("security")
        .or_else(|| document.get("security"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flat_map(Map::keys)
}
