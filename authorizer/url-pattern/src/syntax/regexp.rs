//! The regexp dialect: that of [regexp2](https://github.com/dlclark/regexp2), which is .NET's, with its
//! option `RE2`.

mod escape;
mod group;
mod groups;
mod parser;
mod set;

pub(crate) use parser::parse;

/// Quotes literal text.
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
