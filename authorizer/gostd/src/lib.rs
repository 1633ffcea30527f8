//! Go's standard library as far as Oathkeeper's users can see it: [URLs](url), [headers and
//! cookies](http), [JSON](json), [times and durations](time), [`fmt`], [`strconv`] and the
//! [dynamic value](Value) that templates compute with.
//!
//! Each item names the Go function that it behaves as. `fixtures/` holds a Go program that records
//! what the real functions give; `tests/fixtures.rs` compares.
//!
//! Go's strings hold any bytes, Rust's hold Unicode: [`text_from_bytes`] and [`bytes_of_text`] are
//! the bridge between them.

pub mod fmt;
pub mod http;
pub mod json;
mod path;
pub mod strconv;
mod text;
pub mod time;
pub mod url;
mod value;

pub use http::{Cookie, Header, NoValues, add_cookie, canonical_header_name, is_token};
pub use json::{JsonError, decode_json, folded_member_name};
pub use path::clean_path;
pub use text::{bytes_of_text, text_from_bytes};
pub use time::{parse_duration, rfc3339, rfc3339_millis};
pub use url::{Query, Url, UrlError, UserInfo, query_escape, query_unescape};
pub use value::{Budget, Dict, Elem, Kind, Object, Slice, Value, check_depth, equal};
