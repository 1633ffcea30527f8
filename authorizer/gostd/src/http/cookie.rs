//! Cookies of requests, read and written by the rules of Go's `net/http`.

use super::{Header, is_token};

/// A cookie of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Cookie<'a> {
    /// The name.
    pub name: &'a str,
    /// The value, without the quotes it may have stood in.
    pub value: &'a str,
    /// Whether it stood in quotes.
    pub quoted: bool,
}

/// Shows the name only.
impl std::fmt::Debug for Cookie<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cookie({})", self.name)
    }
}

impl Header {
    /// Every cookie with a valid name and value, in order; others are passed over.
    /// [`Request.Cookies`](https://pkg.go.dev/net/http#Request.Cookies).
    pub fn cookies(&self) -> impl Iterator<Item = Cookie<'_>> {
        // Go counts the separators first and reads nothing beyond this many cookies.
        const MOST: usize = 3000;
        let count: usize = self
            .values("Cookie")
            .map(|line| line.bytes().filter(|byte| *byte == b';').count() + 1)
            .sum();
        let lines = (count <= MOST).then(|| self.values("Cookie"));
        lines
            .into_iter()
            .flatten()
            .flat_map(|line| line.split(';'))
            .filter_map(read_cookie)
    }

    /// The first cookie of a name, if it has one.
    /// [`Request.Cookie`](https://pkg.go.dev/net/http#Request.Cookie).
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<Cookie<'_>> {
        self.cookies()
            .find(|cookie| !name.is_empty() && cookie.name == name)
    }
}

fn read_cookie(part: &str) -> Option<Cookie<'_>> {
    let part = part.trim_matches(is_blank);
    let (name, value) = part.split_once('=').unwrap_or((part, ""));
    let name = name.trim_matches(is_blank);
    let unquoted = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    let quoted = unquoted.is_some();
    let value = unquoted.unwrap_or(value);
    let fits = |byte: u8| matches!(byte, b' '..=b'~') && !b"\";\\".contains(&byte);
    (is_token(name) && value.bytes().all(fits)).then_some(Cookie {
        name,
        value,
        quoted,
    })
}

/// Adds a cookie to the line of a `Cookie` header: in quotes where its value holds a blank or a comma.
/// [`Request.AddCookie`](https://pkg.go.dev/net/http#Request.AddCookie), but for the characters that
/// Go leaves out of a value: the caller passes none of them.
pub fn add_cookie(line: &mut String, name: &str, value: &str, quoted: bool) {
    if !line.is_empty() {
        line.push_str("; ");
    }
    line.push_str(name);
    line.push('=');
    if quoted || value.contains([' ', ',']) {
        line.extend(["\"", value, "\""]);
    } else {
        line.push_str(value);
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(lines: &[&str]) -> Vec<(String, String)> {
        let header: Header = lines.iter().map(|line| ("Cookie", *line)).collect();
        header
            .cookies()
            .map(|cookie| (cookie.name.to_owned(), cookie.value.to_owned()))
            .collect()
    }

    fn is(lines: &[&str], want: &[(&str, &str)]) {
        let got = read(lines);
        let got: Vec<_> = got
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(got, want, "{lines:?}");
    }

    #[test]
    fn it_reads_names_and_values() {
        is(&["a=1;b=2 ; c = 3"], &[("a", "1"), ("b", "2"), ("c", " 3")]);
        is(&["a=1", "b=2"], &[("a", "1"), ("b", "2")]);
        is(&["x=a=b==; y"], &[("x", "a=b=="), ("y", "")]);
        is(&["a=\"q\"; b=\"\"; c=\""], &[("a", "q"), ("b", "")]);
        is(&["v=a, b"], &[("v", "a, b")]);
    }

    #[test]
    fn it_passes_over_what_is_no_cookie() {
        for line in [
            "",
            "   ",
            "; ;;",
            "=x",
            "a:b=1",
            "si d=x",
            "sid[]=1",
            "a=g\u{F7F6}d",
            "a=x\"y",
            "a=x\\y",
        ] {
            is(&[line], &[]);
        }
        is(&["si d=x; sid=good"], &[("sid", "good")]);
    }

    #[test]
    fn it_reads_nothing_of_too_many() {
        assert_eq!(read(&[&"a=1;".repeat(3000)]).len(), 0);
        assert_eq!(read(&[&"a=1;".repeat(2999)]).len(), 2999);
    }

    #[test]
    fn no_cookie_has_an_empty_name() {
        let header: Header = [("Cookie", "a=1")].into_iter().collect();
        assert!(header.cookie("").is_none());
        assert_eq!(header.cookie("a").map(|cookie| cookie.value), Some("1"));
        assert!(header.cookie("A").is_none());
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_gives_only_valid_cookies(line: String) {
            for (name, value) in read(&[&line]) {
                prop_assert!(is_token(&name));
                prop_assert!(value.is_ascii() && !value.contains(['"', ';', '\\']));
            }
        }

        #[test]
        fn what_was_set_is_read(pairs in prop::collection::vec(("[a-zA-Z0-9_-]{1,8}", "[!#-:<-\\[\\]-~]{0,8}"), 0..6)) {
            let line = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
            prop_assert_eq!(read(&[&line]), pairs);
        }
    }
}
