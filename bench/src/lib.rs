//! The rule sets that Oathgate is measured with.

pub mod rules;
