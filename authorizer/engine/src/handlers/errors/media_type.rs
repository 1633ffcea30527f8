//! Media types with parameters, as in a `Content-Type` header.

use thiserror::Error;

/// Why a media type cannot be read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum MediaTypeError {
    #[error("the Content-Type has no media type")]
    NoType,
    #[error("the Content-Type has no slash after its type")]
    NoSlash,
    #[error("the Content-Type has no subtype after its slash")]
    NoSubtype,
    #[error("the Content-Type has text after the media type")]
    Trailing,
    #[error("the Content-Type has a parameter that cannot be read")]
    Parameter,
    #[error("the Content-Type has a duplicate parameter")]
    Twice,
}

/// The media type of a `Content-Type`, in lower case and without its parameters, which are read all
/// the same: one that is malformed makes the whole malformed.
///
/// See Go's [`mime.ParseMediaType`](https://pkg.go.dev/mime#ParseMediaType).
pub(super) fn without_parameters(text: &str) -> Result<String, MediaTypeError> {
    let (base, mut parameters) = match text.find(';') {
        Some(at) => text.split_at_checked(at).unwrap_or((text, "")),
        None => (text, ""),
    };
    let media_type = base.to_lowercase().trim().to_owned();
    check_type(&media_type)?;
    let mut seen: Vec<(String, String)> = Vec::new();
    loop {
        parameters = parameters.trim_start();
        if parameters.is_empty() {
            return Ok(media_type);
        }
        let Some((name, value, rest)) = parameter(parameters) else {
            if parameters.trim() == ";" {
                return Ok(media_type);
            }
            return Err(MediaTypeError::Parameter);
        };
        match seen.iter().find(|(known, _)| *known == name) {
            Some((_, known)) if *known != value => return Err(MediaTypeError::Twice),
            Some(_) => {}
            None => seen.push((name, value)),
        }
        parameters = rest;
    }
}

fn check_type(media_type: &str) -> Result<(), MediaTypeError> {
    let (kind, rest) = token(media_type);
    if kind.is_empty() {
        return Err(MediaTypeError::NoType);
    }
    if rest.is_empty() {
        return Ok(());
    }
    let (subtype, rest) = token(rest.strip_prefix('/').ok_or(MediaTypeError::NoSlash)?);
    if subtype.is_empty() {
        return Err(MediaTypeError::NoSubtype);
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(MediaTypeError::Trailing)
    }
}

/// The parameter at the start of a text that begins with its semicolon: name, value and the rest.
fn parameter(text: &str) -> Option<(String, String, &str)> {
    let (name, rest) = token(text.strip_prefix(';')?.trim_start());
    if name.is_empty() {
        return None;
    }
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let (value, rest) = value(rest)?;
    Some((name.to_ascii_lowercase(), value, rest))
}

/// A token or a quoted string; `None` where there is neither.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = token(text);
        return (!value.is_empty()).then(|| (value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return Some((value, characters.as_str())),
            '\r' | '\n' => return None,
            // Only what needs an escape loses its backslash: paths of Windows keep theirs.
            '\\' if characters.as_str().starts_with(is_special) => value.extend(characters.next()),
            other => value.push(other),
        }
    }
    None
}

/// RFC 2045: splits off the token a text begins with.
fn token(text: &str) -> (&str, &str) {
    let end = text
        .find(|character: char| !character.is_ascii_graphic() || is_special(character))
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// RFC 2045: `tspecials`.
fn is_special(character: char) -> bool {
    "()<>@,;:\\\"/[]?=".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_a_media_type_or_says_what_is_wrong() {
        let cases = [
            ("application/json", Ok("application/json")),
            (" Application/JSON ; Charset=UTF-8", Ok("application/json")),
            ("json", Ok("json")),
            ("application/json;", Ok("application/json")),
            ("application/json; ;", Err(MediaTypeError::Parameter)),
            ("text/plain; a=\"b;c\\\"d\"; e=f", Ok("text/plain")),
            ("text/plain; a=1; A=1", Ok("text/plain")),
            ("text/plain; a=1; A=2", Err(MediaTypeError::Twice)),
            ("text/plain; a", Err(MediaTypeError::Parameter)),
            ("text/plain; a=", Err(MediaTypeError::Parameter)),
            ("text/plain; a=\"b", Err(MediaTypeError::Parameter)),
            ("text/plain; a=\"\"", Ok("text/plain")),
            ("text/plain; a=1 b", Err(MediaTypeError::Parameter)),
            ("", Err(MediaTypeError::NoType)),
            ("/json", Err(MediaTypeError::NoType)),
            ("a b", Err(MediaTypeError::NoSlash)),
            ("text/", Err(MediaTypeError::NoSubtype)),
            ("text/plain/x", Err(MediaTypeError::Trailing)),
        ];
        for (text, expected) in cases {
            assert_eq!(
                without_parameters(text),
                expected.map(str::to_owned),
                "{text:?}"
            );
        }
    }
}
