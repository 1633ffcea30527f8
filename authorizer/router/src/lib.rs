//! The router: finds the rules of a request among all rules' methods and URL patterns.
//!
//! [`CheckedRoutes`] is the index, built once and written to a file; [`Router`] serves from it without
//! parsing or compiling anything.
#![cfg_attr(
    test,
    allow(clippy::string_slice, reason = "a test may stop at the first surprise")
)]

mod bytes;
mod checked;
mod error;
mod example;
mod key;
mod layout;
mod overlap;
mod prefix;
mod router;
mod search;
mod single_pass;
mod sparse;

pub use bytes::RouteBytes;
pub use checked::{CheckedRoutes, RouteEntry};
pub use error::{LoadError, RouteError};
pub use oathgate_gostd::clean_path;
pub use overlap::Overlap;
pub use router::{Broken, Found, Router};
pub use sparse::Sparse;
