//! API Gateway's requests: REST APIs and HTTP APIs with payload 1.0, and HTTP APIs with payload 2.0
//! ([documented](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html)).

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

/// A request. Its `Debug` form shows nothing that the client sent but the method.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    #[serde(default)]
    http_method: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    raw_path: Option<String>,
    #[serde(default)]
    headers: Option<BTreeMap<String, String>>,
    request_context: Context,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Context {
    domain_name: Option<String>,
    path: Option<String>,
    http: Option<Http>,
}

#[derive(Clone, Deserialize)]
struct Http {
    method: String,
    path: String,
}

impl Request {
    /// The method.
    #[must_use]
    pub fn method(&self) -> &str {
        let http = self.request_context.http.as_ref();
        self.http_method
            .as_deref()
            .or(http.map(|http| http.method.as_str()))
            .unwrap_or_default()
    }

    /// The path of the API's resource.
    #[must_use]
    pub fn path(&self) -> &str {
        let path = self.path.as_deref().or(self.raw_path.as_deref());
        path.unwrap_or_default()
    }

    /// A header, by its name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .flatten()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The URL that the client used, without `document` at its end: API Gateway's own domain of the API or
    /// a custom domain, by which it was routed, and the stage or base path.
    #[must_use]
    pub fn base_url(&self, document: &str) -> Option<String> {
        let context = &self.request_context;
        let host = context.domain_name.as_deref()?;
        let path = context
            .path
            .as_deref()
            .or(context.http.as_ref().map(|http| http.path.as_str()))?;
        Some(format!("https://{host}{}", path.strip_suffix(document)?))
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method())
            .finish_non_exhaustive()
    }
}
