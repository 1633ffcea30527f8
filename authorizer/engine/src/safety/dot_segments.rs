//! Segments that some server takes for `.` or `..`.

/// Whether a path, decoded as far as it goes, has a segment that some server takes for a dot segment: dots
/// alone, with blanks or control characters around or between them, or with parameters, a query or a
/// fragment behind them.
///
/// Three dots and more count, since Windows drops dots at the end of a name. A backslash parts segments, as
/// on Windows and in browsers.
pub(super) fn has_dot_segment(path: &str) -> bool {
    path.split(['/', '\\']).any(|segment| {
        let name = segment.split([';', '?', '#']).next().unwrap_or_default();
        name.contains('.')
            && name
                .chars()
                .all(|character| character == '.' || is_blank(character))
    })
}

/// What disappears in some server's eyes: white space, the `+` that forms write for it, control characters
/// and characters without a width.
fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(
            character,
            '+' | '\u{AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::has_dot_segment;

    #[test]
    fn dots_are_seen_in_every_company() {
        for path in [
            "/.",
            "/..",
            "/a/../b",
            "/./",
            "/a\\..\\b",
            "/..;x",
            "/.;",
            "/.. ",
            "/ ..",
            "/. .",
            "/..\t",
            "/..\0",
            "/...",
            "/..+",
            "/..\u{A0}",
            "/..\u{200B}",
            "/..?x",
            "/..#",
            "..",
        ] {
            assert!(has_dot_segment(path), "{path:?}");
        }
    }

    #[test]
    fn names_with_dots_are_names() {
        for path in [
            "/",
            "/a.b",
            "/..a",
            "/a..",
            "/.well-known/x",
            "/a...b",
            "/ ",
            "/;..",
            "/.a.",
            "/…",
        ] {
            assert!(!has_dot_segment(path), "{path:?}");
        }
    }
}
