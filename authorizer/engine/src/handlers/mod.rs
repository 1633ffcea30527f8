//! The handlers of a rule: one file each, one folder for each kind.

pub mod authenticators;
pub mod authorizers;
mod description;
pub mod errors;
mod kind;
pub mod mutators;
pub(crate) mod options;
mod registry;
pub(crate) mod retry;
mod session_cache;
mod settings;
mod shared;
mod token_cache;
mod token_endpoint;
pub(crate) mod uri;
mod vouches;

pub use description::{Description, KeyPurpose, KeySets, Options, SetHeaders};
pub use kind::HandlerKind;
pub use session_cache::SessionCacheLimits;
pub use settings::{Defect, Misconfigured, Settings};
pub use shared::Shared;
pub(crate) use uri::Uri;
pub(crate) use vouches::HeadersSet;
pub use vouches::Vouches;

#[cfg(test)]
mod tests;
