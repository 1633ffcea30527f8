//! Every environment variable of Oathgate, once: its name, the program that reads it, who sets it, what it means, its bounds and its default.
//!
//! The programs read their variables by these definitions. `oathgate schema environment` prints them, which is how
//! the CDK app and `docs/environment.md` come to know them.

pub mod all;
pub mod authorizer;
pub mod cli;
pub mod signing_keys;
pub mod synth;
mod variable;

pub use variable::{Program, SetBy, Unset, Values, Variable, VariableError};

/// Every variable, program by program, in the order in which the documentation lists them.
#[must_use]
pub fn variables() -> Vec<Variable> {
    [
        authorizer::VARIABLES,
        signing_keys::VARIABLES,
        cli::VARIABLES,
        all::VARIABLES,
        synth::VARIABLES,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_program_has_each_variable_once() {
        let mut seen = BTreeSet::new();
        for variable in variables() {
            assert!(
                seen.insert((variable.program.as_str(), variable.name)),
                "{variable:?}"
            );
        }
    }

    #[test]
    fn a_default_is_a_value_that_the_variable_takes() {
        for variable in variables() {
            let default = variable.unset.default_value();
            let given = |_| default.clone();
            match variable.values {
                Values::Text => {}
                Values::Number { .. } => drop(variable.number(given).unwrap()),
                Values::Words(_) => drop(variable.word(given).unwrap()),
            }
        }
    }
}
