//! Values from JSON and back, as Go's `encoding/json` does it.

mod decode;
mod encode;

pub(crate) use encode::{Failure, Layout, encode};
