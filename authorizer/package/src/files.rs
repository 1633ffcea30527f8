//! The names of the files in a package.

/// The configuration and the rules, in the form that loads fastest.
pub const PACKED: &str = "gate.packed";

/// The function's program: what Lambda starts.
pub const BOOTSTRAP: &str = "bootstrap";
