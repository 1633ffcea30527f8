//! What a granted request carries on is carried on as it is, or the request is refused.
//!
//! HTTP cuts white space off the ends of a header's value, and gateways drop what they cannot send. What
//! is left over could be the name of somebody else, so nothing is repaired here.

use oathgate_gostd::{Header, is_token};

use crate::{Failure, Session, steering::steers_servers};

/// Checks who is granted and every header that the rule's handlers set: a name that a header can have,
/// one value, and nothing in it that would be cut off or dropped.
///
/// # Errors
/// 403, which no error handler answers; the cause names the header and never its value.
pub(crate) fn check(session: &Session, header: &Header) -> Result<(), Failure> {
    if let Err(why) = fits(&session.subject) {
        return Err(Failure::unfit(format!("the subject {why}")));
    }
    for name in &session.vouched {
        let unfit = |why: &str| Err(Failure::unfit(format!("the header `{name}` {why}")));
        if !is_token(name) {
            return Err(Failure::unfit(
                "a header that the rule sets has a name that no header can have",
            ));
        }
        if name == "Content-Length" {
            return unfit("is the length of another body");
        }
        if steers_servers(name) {
            return unfit("would steer the server in front");
        }
        let mut values = header.values(name);
        let first = values.next().unwrap_or_default();
        if values.any(|value| value != first) {
            return unfit("has several values");
        }
        if let Err(why) = fits(first) {
            return unfit(why);
        }
    }
    Ok(())
}

/// Whether a text reaches its reader as a header's value the way it is.
pub(crate) fn fits(text: &str) -> Result<(), &'static str> {
    // Nearly every value is visible ASCII.
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    // Some readers take a byte order mark for white space.
    let is_space = |sign: char| sign.is_whitespace() || sign == '\u{feff}';
    if text.starts_with(is_space) || text.ends_with(is_space) {
        return Err("begins or ends with white space");
    }
    if text.chars().any(|sign| sign.is_control() && sign != '\t') {
        return Err("holds a control character");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn checked(subject: &str, headers: &[(&str, &str)]) -> Option<String> {
        let session = Session {
            subject: subject.to_owned(),
            vouched: headers.iter().map(|(name, _)| (*name).to_owned()).collect(),
            ..Session::default()
        };
        let header: Header = headers.iter().copied().collect();
        check(&session, &header).err().map(|failure| {
            assert_eq!(
                (failure.status(), failure.code),
                (403, crate::ReasonCode::ValueUnfit)
            );
            failure.cause
        })
    }

    #[test]
    fn what_reaches_its_reader_as_it_is_passes() {
        for value in [
            "ada",
            "",
            "a b",
            "a\tb",
            "grün",
            "a, b; c=\"d\"\\",
            "\u{F7F6}",
        ] {
            assert_eq!(
                checked(value, &[("X-User", value), ("X-B", "1")]),
                None,
                "{value:?}"
            );
        }
        assert_eq!(checked("ada", &[("X-A", "1"), ("X-A", "1")]), None);
    }

    #[test]
    fn what_would_be_cut_off_or_dropped_is_refused() {
        for value in [
            " ada",
            "ada ",
            "ada\n",
            "\r\nada",
            "\tada",
            " ",
            "\n",
            "ada\u{a0}",
            "\u{feff}ada",
            "ada\u{2028}",
            "a\nb",
            "a\r\nX-Admin: 1",
            "a\0",
            "a\u{7f}",
            "a\u{85}b",
            "\u{1}",
        ] {
            assert!(checked(value, &[]).is_some(), "subject {value:?}");
            let cause = checked("ada", &[("X-User", value)]).unwrap_or_default();
            assert!(
                cause.starts_with("the header `X-User` "),
                "{value:?}: {cause}"
            );
        }
    }

    #[test]
    fn a_header_that_could_not_be_sent_is_refused_and_not_left_out() {
        for name in [
            "X User",
            "",
            "X-Ü",
            "Content-Length",
            "X:A",
            "X-Accel-Redirect",
            "Upgrade",
        ] {
            assert!(checked("ada", &[(name, "1")]).is_some(), "{name:?}");
        }
        assert!(checked("ada", &[("X-A", "1"), ("X-A", "2")]).is_some());
    }

    proptest! {
        #[test]
        fn what_fits_is_what_any_reader_reads(text in "[ \\t\\r\\na-c\u{a0}\u{85}\u{0}ü]{0,6}") {
            if fits(&text).is_ok() {
                prop_assert_eq!(text.trim(), &text);
                prop_assert!(!text.contains(['\r', '\n', '\0']));
            }
        }
    }
}
