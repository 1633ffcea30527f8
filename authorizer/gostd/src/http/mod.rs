//! Go's [`net/http`](https://pkg.go.dev/net/http): headers and cookies.

mod cookie;
mod header;
mod name;
mod object;

pub use cookie::{Cookie, add_cookie};
pub use header::{Header, NoValues};
pub use name::{canonical_header_name, is_token};
