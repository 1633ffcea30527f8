//! The variables that the CDK app reads, at synth and deploy.

use crate::{Program::Synth, SetBy, Unset::Means, Values, Variable};

/// `OATHGATE_CLI`: the command line program.
pub const CLI: Variable = Variable {
    name: "OATHGATE_CLI",
    program: Synth,
    set_by: SetBy::Operator,
    about: "the `oathgate` program to use",
    values: Values::Text,
    unset: Means("cargo builds it"),
};

/// `OATHGATE_BINARIES`: built functions to package.
pub const BINARIES: Variable = Variable {
    name: "OATHGATE_BINARIES",
    program: Synth,
    set_by: SetBy::Operator,
    about: "a folder with built `bootstrap` and `oathgate-signing-keys`, in the layout of cargo (`target/release`) or cargo-lambda (`target/lambda`); they are packaged and deployed instead of being built",
    values: Values::Text,
    unset: Means("cargo builds them"),
};

/// `OATHGATE_PREBUILT_DIR`: packaged functions to deploy.
pub const PREBUILT_DIR: Variable = Variable {
    name: "OATHGATE_PREBUILT_DIR",
    program: Synth,
    set_by: SetBy::Operator,
    about: "a folder with the packages `authorizer` and `signing-keys`, each deployed as it is",
    values: Values::Text,
    unset: Means("they are packaged"),
};

/// Every variable of the app.
pub const VARIABLES: &[Variable] = &[CLI, BINARIES, PREBUILT_DIR];
