//! The index that finds a request's rules: by literal prefix, then by what follows.

mod bytes;
mod checked;
mod example;
mod layout;
mod overlap;
mod plain;
mod prefix;
mod router;

pub use bytes::RouteBytes;
pub use checked::{CheckedRoutes, LoadError, RouteEntry};
pub use overlap::Overlap;
pub use router::{Broken, Found, Router};
