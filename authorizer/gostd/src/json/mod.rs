//! Go's [`encoding/json`](https://pkg.go.dev/encoding/json): JSON into values and back.

mod convert;
mod decode;
mod encode;
mod member;

pub use decode::{JsonError, decode_json, unmarshal};
pub use encode::{EncodeError, Layout, encode, marshal};
pub use member::folded_member_name;
