//! What Oathgate is measured with: rule sets, and what the services around them answer.

pub mod issuer;
pub mod rules;
