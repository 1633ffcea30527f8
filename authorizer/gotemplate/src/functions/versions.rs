//! Semantic versions, as [Masterminds/semver](https://pkg.go.dev/github.com/Masterminds/semver/v3)
//! reads and compares them: `1.2` is a version, and constraints can be ranges.

mod constraint;
mod version;

use std::sync::Arc;

use super::arguments::text;
use super::{Function, Param};
use crate::Value;
use constraint::Constraints;
use version::Version;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("semver", &[Param::Text], |_, args| {
        Ok(Value::Object(Arc::new(Version::parse(&text(args, 0))?)))
    }),
    Function::new("semverCompare", &[Param::Text, Param::Text], |_, args| {
        let constraints = Constraints::parse(&text(args, 0))?;
        let version = Version::parse(&text(args, 1))?;
        Ok(Value::Bool(constraints.hold(&version)))
    }),
];
