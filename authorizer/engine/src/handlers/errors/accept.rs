//! Lists of media ranges, as in an `Accept` header.

/// The media ranges that an `Accept` header lists, without their qualities.
///
/// Reads as the [header package](https://pkg.go.dev/github.com/golang/gddo/httputil/header#ParseAccept)
/// that Oathkeeper uses: anything it cannot read, any parameter but `q` included, ends the list; a
/// quality of 0 does not take a range out.
pub(super) fn ranges(header: &str) -> Vec<&str> {
    let mut ranges = Vec::new();
    let mut rest = header;
    loop {
        let end = rest
            .bytes()
            .position(|byte| !is_range_byte(byte))
            .unwrap_or(rest.len());
        let (range, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if range.is_empty() {
            return ranges;
        }
        rest = skip_space(behind);
        if let Some(parameter) = rest.strip_prefix(';') {
            let Some(quality) = skip_space(parameter).strip_prefix("q=") else {
                return ranges;
            };
            let Some(behind) = skip_quality(quality) else {
                return ranges;
            };
            rest = behind;
        }
        ranges.push(range);
        let Some(behind) = skip_space(rest).strip_prefix(',') else {
            return ranges;
        };
        rest = skip_space(behind);
    }
}

/// Whether one of the ranges a client listed is one of those wanted. A wanted range may hold
/// wildcards; a client's wildcard is only equal to itself.
pub(super) fn overlap(listed: &[&str], wanted: &[String]) -> bool {
    listed.iter().any(|range| {
        let kind = range.split('/').next().unwrap_or_default();
        wanted.iter().any(|wanted| {
            wanted == "*/*"
                || wanted
                    .strip_suffix("/*")
                    .is_some_and(|wanted| wanted == kind)
                || wanted == range
        })
    })
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\r', '\n'])
}

/// What stands behind a quality of the form `0`, `1` or `0.7`.
fn skip_quality(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(['0', '1'])?;
    Some(match rest.strip_prefix('.') {
        Some(decimals) => decimals.trim_start_matches(|digit: char| digit.is_ascii_digit()),
        None => rest,
    })
}

/// RFC 2616: a token, or the slash between two of them.
fn is_range_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"(),:;<=>?@[]\\{}".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lists_ranges_until_it_meets_what_it_cannot_read() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("text/html", &["text/html"]),
            (
                "text/html, application/json;q=0.5 ,*/*;q=0",
                &["text/html", "application/json", "*/*"],
            ),
            ("text/html;level=1, image/png", &[]),
            ("image/png, text/html;level=1, image/gif", &["image/png"]),
            ("image/png;q=2, image/gif", &[]),
            ("image/png;q=1.0000x, image/gif", &["image/png"]),
            (" text/html", &[]),
            ("text/html,,image/png", &["text/html"]),
            ("text", &["text"]),
            ("a/b/c", &["a/b/c"]),
            ("text/html;q=0.8;level=1, a/b", &["text/html"]),
            ("grün/x, a/b", &["gr"]),
        ];
        for (header, expected) in cases {
            assert_eq!(ranges(header), *expected, "{header:?}");
        }
    }

    #[test]
    fn it_lets_only_the_wanted_side_use_wildcards() {
        let wanted = |text: &str| vec![text.to_owned()];
        assert!(overlap(&["text/html"], &wanted("text/*")));
        assert!(overlap(&["text/html"], &wanted("*/*")));
        assert!(overlap(&["text/*"], &wanted("text/*")));
        assert!(!overlap(&["text/*"], &wanted("text/html")));
        assert!(!overlap(&["*/*"], &wanted("text/html")));
        assert!(!overlap(&["texts/html"], &wanted("text/*")));
        assert!(!overlap(&["text/html"], &wanted("TEXT/HTML")));
        assert!(!overlap(&[], &wanted("*/*")));
    }
}
