//! Access rules as they are written down.

mod decode;
mod definition;
mod load;
mod migrate;
mod origin;
pub mod package_files;
mod packed;
mod source;
mod validity;
mod version;

pub use decode::{DecodedRules, decode};
pub use definition::{HandlerReference, Match, RpcMatch, RuleDefinition};
pub use load::{LoadedRules, Missing, load};
pub use origin::Source;
pub use packed::{PackedBytes, PackedError, PackedRules};
pub use source::{RuleFiles, RuleFilesError, RuleRepository, RuleRepositoryError};
pub use validity::is_valid;
