//! Looks over the headers that rules set: which API Gateway cannot map, or cannot tell from another one.

mod rule_headers;
mod secret_header;

pub use rule_headers::check_rule_headers;
pub use secret_header::check_secret_header;
