//! The names of the files in a package.

/// The configuration and the rules, in the form that loads fastest.
pub const PACKED: &str = "gate.packed";

/// The function's program: what Lambda starts.
pub const BOOTSTRAP: &str = "bootstrap";

/// The configuration, where a folder has no [`PACKED`]: the first of these files that exists is read.
pub const CONFIGURATION: [&str; 3] = ["config.json", "config.yml", "config.yaml"];

/// The rules, where a folder has no [`PACKED`].
pub const RULES: &str = "rules.json";
