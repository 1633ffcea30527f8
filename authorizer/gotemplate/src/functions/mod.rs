//! The functions that templates may call: Go's own, Oathkeeper's two, and sprig's.

mod arguments;
mod builtin;
mod cast;
mod ciphers;
mod compare;
mod dates;
mod decimal;
mod defaults;
mod dicts;
mod digests;
mod encodings;
mod escape;
mod json;
mod lists;
mod merge;
mod numbers;
mod paths;
mod random;
mod reflection;
mod refused;
mod regexes;
mod strings;
mod urls;
mod versions;
mod words;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::Value;
use crate::run::Context;

pub(crate) use dates::as_time;
pub use refused::{REFUSED_FUNCTIONS, RefusedFunction};
pub(crate) use regexes::RegexCache;

/// What a function gives.
type Answer = Result<Value, String>;

/// A function by its Go signature.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// The types of the arguments it must get.
    pub(crate) params: &'static [Param],
    /// The type of the arguments it may get beyond those.
    pub(crate) rest: Option<Param>,
    pub(crate) action: Action,
}

/// What a function does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Action {
    /// Computes a value of its arguments, whose number and types are checked.
    Run(fn(&mut Context<'_>, &[Value]) -> Answer),
    /// `and`, which doesn't look at all its arguments.
    And,
    /// `or`, likewise.
    Or,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Param {
    /// `interface{}`
    Any,
    /// `string`
    Text,
    /// `int`
    Int,
    /// `float64`
    Float,
    /// `bool`
    Bool,
    /// `map[string]interface{}`
    Map,
    /// `time.Time`
    Time,
}

impl Param {
    /// How an error names the type.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Text => "a string",
            Self::Int => "an int",
            Self::Float => "a float64",
            Self::Bool => "a bool",
            Self::Map => "an object",
            Self::Time => "a time",
        }
    }
}

impl Function {
    /// The type of the argument at `position`.
    pub(crate) fn param(&self, position: usize) -> Param {
        self.params
            .get(position)
            .copied()
            .or(self.rest)
            .unwrap_or(Param::Any)
    }

    const fn new(
        name: &'static str,
        params: &'static [Param],
        run: fn(&mut Context<'_>, &[Value]) -> Answer,
    ) -> Self {
        Self {
            name,
            params,
            rest: None,
            action: Action::Run(run),
        }
    }

    const fn variadic(
        name: &'static str,
        params: &'static [Param],
        rest: Param,
        run: fn(&mut Context<'_>, &[Value]) -> Answer,
    ) -> Self {
        Self {
            name,
            params,
            rest: Some(rest),
            action: Action::Run(run),
        }
    }
}

/// All functions by name. Sprig's shadow Go's (`slice`), Oathkeeper's shadow both (`print`).
static FUNCTIONS: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    [
        builtin::FUNCTIONS,
        ciphers::FUNCTIONS,
        compare::FUNCTIONS,
        dates::FUNCTIONS,
        defaults::FUNCTIONS,
        dicts::FUNCTIONS,
        digests::FUNCTIONS,
        encodings::FUNCTIONS,
        escape::FUNCTIONS,
        json::FUNCTIONS,
        lists::FUNCTIONS,
        numbers::FUNCTIONS,
        paths::FUNCTIONS,
        random::FUNCTIONS,
        reflection::FUNCTIONS,
        regexes::FUNCTIONS,
        strings::FUNCTIONS,
        urls::FUNCTIONS,
        versions::FUNCTIONS,
        words::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
    .map(|function| (function.name, function))
    .collect()
});

/// The function called `name`.
///
/// # Errors
///
/// That there is none, or why it is not offered.
pub(crate) fn find(name: &str) -> Result<&'static Function, String> {
    if let Some(function) = FUNCTIONS.get(name) {
        return Ok(function);
    }
    match REFUSED_FUNCTIONS
        .iter()
        .find(|refused| refused.name == name)
    {
        Some(refused) => Err(format!(
            "the function `{name}` is not offered: {}",
            refused.reason
        )),
        None => Err(format!("there is no function `{name}`")),
    }
}

/// The names of all functions that are offered, in order.
#[must_use]
pub fn function_names() -> Vec<&'static str> {
    let mut names: Vec<_> = FUNCTIONS.keys().copied().collect();
    names.sort_unstable();
    names
}
