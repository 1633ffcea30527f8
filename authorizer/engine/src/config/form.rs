//! Whether a text has the form that its key requires.

use super::shape::Form;
use super::suggest::did_you_mean;

/// What is wrong with a text: the sentence, and advice.
pub(super) type Flaw = (String, Option<String>);

/// Checks a text against a form, as Oathkeeper's JSON Schema validators do.
pub(super) fn check(form: Form, text: &str) -> Option<Flaw> {
    match form {
        Form::Plain => None,
        Form::Filled => text
            .is_empty()
            .then(|| ("the text is empty".to_owned(), None)),
        Form::Uri | Form::FileUri => (!is_uri(text)).then(|| {
            (
                format!("{} is not a valid URL with a scheme", shown(text)),
                Some(with_a_scheme(text, form)),
            )
        }),
        Form::UriReference => {
            (!is_uri_reference(text)).then(|| (format!("{} is not a valid URL", shown(text)), None))
        }
        Form::Duration => (!is_duration(text)).then(|| {
            (
                format!("{} is not a valid duration", shown(text)),
                Some("write a whole number and one unit, such as `150ms`, `5s` or `1h`".to_owned()),
            )
        }),
        Form::Choice(words) => (!words.contains(&text)).then(|| {
            (
                format!("{} is not allowed here", shown(text)),
                did_you_mean(text, words),
            )
        }),
        Form::ParameterName => (!text.bytes().all(is_parameter_byte)).then(|| {
            (
                format!("{} cannot be a query parameter's name", shown(text)),
                Some("use letters, digits and `,-._~`".to_owned()),
            )
        }),
        Form::Version => (!is_version(text)).then(|| {
            (
                format!("{} is not a valid version", shown(text)),
                Some("write it as `v0.40.6`".to_owned()),
            )
        }),
    }
}

/// How a text would be written as a URL.
fn with_a_scheme(text: &str, form: Form) -> String {
    if form == Form::FileUri && !text.is_empty() && !text.contains(['@', ':', '\\']) {
        format!("write it as `file://{text}`")
    } else {
        "write it as `https://host/path`".to_owned()
    }
}

/// A text for messages: a URL with credentials in it is not shown.
fn shown(text: &str) -> String {
    if text.contains('@') {
        "the text".to_owned()
    } else {
        format!("`{text}`")
    }
}

fn is_parameter_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b",._~-".contains(&byte)
}

fn is_duration(text: &str) -> bool {
    let unit = text.trim_start_matches(|digit: char| digit.is_ascii_digit());
    unit.len() < text.len() && matches!(unit, "ns" | "us" | "ms" | "s" | "m" | "h")
}

fn is_uri(text: &str) -> bool {
    !text.contains('\\') && oathgate_gostd::Url::parse(text).is_ok_and(|url| !url.scheme.is_empty())
}

fn is_uri_reference(text: &str) -> bool {
    !text.contains('\\') && oathgate_gostd::Url::parse(text).is_ok()
}

/// Semantic versioning 2.0.0 behind a `v`, as Oathkeeper's schema has it.
fn is_version(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else {
        return false;
    };
    let (rest, build) = rest
        .split_once('+')
        .map_or((rest, None), |(rest, build)| (rest, Some(build)));
    let (core, pre) = rest
        .split_once('-')
        .map_or((rest, None), |(core, pre)| (core, Some(pre)));
    let number = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let word = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let core_fits = core.split('.').count() == 3 && core.split('.').all(number);
    let pre_fits = pre.is_none_or(|pre| {
        pre.split('.').all(|part| {
            word(part) && (number(part) || !part.bytes().all(|byte| byte.is_ascii_digit()))
        })
    });
    core_fits && pre_fits && build.is_none_or(|build| build.split('.').all(word))
}
