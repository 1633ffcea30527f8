//! Values of Go's standard library that Oathkeeper's templates and services can see: headers,
//! cookies and URLs that read, escape and print as Go's do.

mod cookie;
mod decode;
mod duration;
mod escape;
mod header;
pub mod json;
mod member;
mod object;
mod query;
mod text;
mod time;
mod url;

pub use cookie::Cookie;
pub use decode::{JsonError, decode_json};
pub use duration::parse_duration;
pub use header::is_token;
pub use header::{Header, NoValues, canonical_header_name};
pub(crate) use member::folded_member_name;
pub use query::{Query, query_escape, query_unescape};
pub use text::{bytes_of_text, text_from_bytes};
pub use time::rfc3339;
pub use url::{Url, UrlError, UserInfo};
