//! What a stage says of the headers that its gate vouches for.

use oathgate_settings::authorizer::DEFAULT_PLACEHOLDER;

/// What becomes of a request in which the client sends a header that the gate vouches for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForgedHeaders {
    /// It is refused.
    #[default]
    Refuse,
    /// It is decided, and the gateway writes the gate's header over the client's.
    Replace,
}

/// The settings of a stage about vouched headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VouchedHeaderOptions {
    /// The value of a vouched header that a rule does not set.
    pub placeholder: String,
    /// Vouched headers that keep the client's own value where a rule does not set them.
    pub client_headers: Vec<String>,
    /// What becomes of a request that brings a vouched header.
    pub forged: ForgedHeaders,
    /// The header that brings the backend what rules set in `Authorization`, for gateways that cannot set
    /// that one.
    pub token_header: Option<String>,
    /// The header that holds the backend's secret: no client may send it.
    pub secret_header: Option<String>,
}

impl Default for VouchedHeaderOptions {
    fn default() -> Self {
        Self {
            placeholder: DEFAULT_PLACEHOLDER.to_owned(),
            client_headers: Vec::new(),
            forged: ForgedHeaders::default(),
            token_header: None,
            secret_header: None,
        }
    }
}
