//! Go's [text/template](https://pkg.go.dev/text/template) with
//! [sprig](https://masterminds.github.io/sprig/)'s functions: parsed once, rendered many times.
//!
//! A template means what it means to Oathkeeper: sprig's functions come on top of Go's own, `print`
//! takes one argument and prints nil as "", `printIndex` prints an element of a list, and a key that
//! an object lacks has the zero value (`missingkey=zero`).
//!
//! # What differs on purpose
//!
//! - [`REFUSED_FUNCTIONS`] are not offered: a template that names one doesn't parse.
//! - The only time zone is UTC; another one named to `dateInZone` is an error.
//! - `set` and `merge` change an object of the data for the rest of the rendering, not beyond it.
//! - `keys` and `values` are in the order of the keys; in sprig their order is random.
//! - Imaginary numbers are not supported.
//! - A rendering may use 16 MiB of text and a million steps; templates and control structures may
//!   nest 200 levels deep, values that a template makes 100 levels. Beyond that it fails.
//! - Errors have other words, and never quote the data.

mod error;
mod functions;
mod run;
mod syntax;
mod template;

pub use error::{ParseError, RenderError};
pub use functions::{REFUSED_FUNCTIONS, RefusedFunction, function_names};
pub use oathgate_gostd::{Dict, Elem, Kind, Object, Slice, Value};
pub use template::{Line, Template};
