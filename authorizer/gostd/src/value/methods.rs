//! What the methods of Go's types share that templates call.

use std::sync::Arc;

use crate::{Elem, Slice, Value};

/// What a method of a Go value gives a template; `None` where the type has no such method.
pub(crate) type Called = Option<Result<Value, String>>;

/// How Go prints a map of lists.
pub(crate) fn format_lists<'a, S: AsRef<str> + 'a>(
    lists: impl Iterator<Item = (&'a str, &'a [S])>,
) -> String {
    let entry = |(name, values): (&str, &[S])| {
        let values: Vec<_> = values.iter().map(AsRef::as_ref).collect();
        format!("{name}:[{}]", values.join(" "))
    };
    let entries: Vec<_> = lists.map(entry).collect();
    format!("map[{}]", entries.join(" "))
}

/// Go's nil `[]string`.
pub(crate) fn nil_strings() -> Value {
    Value::Slice(Arc::new(Slice::nil(Elem::String)))
}

/// The one text that a method takes.
pub(crate) fn text<'a>(method: &str, args: &'a [Value]) -> Result<&'a str, String> {
    match args {
        [one] => one
            .as_str()
            .ok_or_else(|| format!("{method} takes a string")),
        _ => Err(format!("{method} takes 1 argument, not {}", args.len())),
    }
}

/// A method that takes no argument.
pub(crate) fn nothing(method: &str, args: &[Value]) -> Result<(), String> {
    if args.is_empty() {
        Ok(())
    } else {
        Err(format!("{method} takes no argument, not {}", args.len()))
    }
}
