//! The variables of the command line program. It also reads those of the function that change decisions: the engine's
//! stage options.

use crate::{Program::Cli, SetBy, Unset::Text, Values::Words, Variable};

/// What is done with unsafe paths where neither the variable nor its option says.
pub const DEFAULT_UNSAFE_PATHS: &str = "refuse";

/// `OATHGATE_UNSAFE_PATHS`, the option `--unsafe-paths`.
pub const UNSAFE_PATHS: Variable = Variable {
    name: "OATHGATE_UNSAFE_PATHS",
    program: Cli,
    set_by: SetBy::Operator,
    about: "`allow` decides requests with any path, as Oathkeeper does, however a backend may read it; `refuse` refuses unsafe paths with 400. The function has no such switch",
    values: Words(&["refuse", "allow"]),
    unset: Text(DEFAULT_UNSAFE_PATHS),
};

/// Every variable of the program.
pub const VARIABLES: &[Variable] = &[UNSAFE_PATHS];
