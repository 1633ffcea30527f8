//! Regular expressions in the dialect of [regexp2](https://github.com/dlclark/regexp2), which is
//! that of .NET, with its RE2 option on.

mod escape;
mod group;
mod groups;
mod parser;
mod set;

pub(crate) use parser::parse;

/// Quotes what stands for itself.
pub(crate) fn quote(text: &str, quoted: &mut String) {
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$'
        ) {
            quoted.push('\\');
        }
        quoted.push(c);
    }
}
