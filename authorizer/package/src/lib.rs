//! The package: the folder that AWS Lambda runs. The CLI writes it ([`write_folder`]), the function
//! reads it ([`Package::load`]).
//!
//! What decides is one file, [`files::PACKED`]: configuration and rules in a form of which nothing is
//! parsed or compiled before a request needs it ([`PackedRules`]).

mod bytes;
mod error;
pub mod files;
mod folder;
mod header;
mod load;
mod pack;
mod packed;
mod pages;

pub use bytes::PackedBytes;
pub use error::PackedError;
pub use folder::{WriteError, write_folder};
pub use load::{LoadError, Package};
pub use pack::pack;
pub use packed::PackedRules;
