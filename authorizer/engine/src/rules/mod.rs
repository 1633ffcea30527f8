//! Access rules as they are written down.

mod decode;
mod definition;
mod load;
mod migrate;
mod origin;
mod source;
mod store;
mod validity;
mod version;

pub use decode::{DecodedRules, decode};
pub use definition::{HandlerReference, Match, RpcMatch, RuleDefinition};
pub use load::{LoadedRules, Missing, load};
pub use origin::Source;
pub use source::{RuleFiles, RuleFilesError, RuleRepository, RuleRepositoryError};
pub use store::{RuleStore, RuleStoreError};
pub use validity::is_valid;
