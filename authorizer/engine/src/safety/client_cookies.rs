//! A client's cookies without those that some server could take for the gate's.
//!
//! Servers do not agree on what a cookie is. Some end one at a comma or a blank, in quotes too; some take
//! `USER`, `user.0`, `%75ser` or `__Host-user` for `user`; `$Version` makes some read by other rules. So a
//! cookie stays only where it has one reading. See RFC 6265, section 5.4, and RFC 2965, section 3.3.4.

use oathgate_gostd::is_token;

/// The cookies of all `Cookie` headers, in order, without those that could be read under one of `names`.
#[must_use]
pub(super) fn without<'a>(lines: impl IntoIterator<Item = &'a str>, names: &[String]) -> String {
    let mut kept = String::new();
    for cookie in lines.into_iter().flat_map(|line| line.split(';')) {
        let cookie = cookie.trim_matches([' ', '\t']);
        if is_kept(cookie, names) {
            if !kept.is_empty() {
                kept.push_str("; ");
            }
            kept.push_str(cookie);
        }
    }
    kept
}

/// Whether a cookie, `name=value` or a name alone, can be read in one way, and under none of `names`.
fn is_kept(cookie: &str, names: &[String]) -> bool {
    let (name, value) = cookie.split_once('=').unwrap_or((cookie, ""));
    let is_plain = cookie.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let quotes = value.bytes().filter(|byte| *byte == b'"').count();
    let is_closed = quotes % 2 == 0 && !(quotes > 0 && value.contains('\\'));
    is_plain && is_closed && is_other(name.trim_matches(' '), names) && hides_none(value, names)
}

/// Whether a value holds no `name=` that a server could take for the start of another cookie.
fn hides_none(value: &str, names: &[String]) -> bool {
    value.match_indices('=').all(|(place, _)| {
        let before = value.get(..place).unwrap_or_default().trim_end_matches(' ');
        let is_apart = |sign: char| !sign.is_ascii() || !is_token(sign.encode_utf8(&mut [0; 4]));
        let word = before.rsplit(is_apart).next().unwrap_or_default();
        // What stands before it belongs to the cookie's own value.
        word.len() == before.len() || word.is_empty() || is_other(word, names)
    })
}

/// Whether a cookie's name can be read in one way, and as none of `names`.
fn is_other(name: &str, names: &[String]) -> bool {
    is_token(name)
        && !name.starts_with('$')
        && !name.contains('%')
        && !names.iter().any(|reserved| is_read_as(name, reserved))
}

/// Whether some server reads a cookie under another's name: PHP writes `_` for what no variable's name may
/// hold, ASP.NET does not tell capitals from small letters, prefixes of browsers are left out by some, and
/// some put a large cookie together from pieces (`user.0`, `userC1`).
pub(crate) fn is_read_as(cookie: &str, name: &str) -> bool {
    let (cookie, name) = (plain(cookie), plain(name));
    let bare = ["__host_", "__secure_"]
        .iter()
        .find_map(|prefix| cookie.strip_prefix(prefix))
        .unwrap_or(&cookie);
    [cookie.as_str(), bare].iter().any(|cookie| {
        cookie.strip_prefix(name.as_str()).is_some_and(|rest| {
            let number = rest.strip_prefix(['_', 'c']).unwrap_or(rest);
            rest.is_empty()
                || (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        })
    })
}

fn plain(name: &str) -> String {
    let plain = |sign: char| {
        if sign.is_ascii_alphanumeric() {
            sign.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    name.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kept(line: &str) -> String {
        without([line], &["user".to_owned(), "user_id".to_owned()])
    }

    #[test]
    fn a_client_s_cookies_stay_as_they_are() {
        for line in [
            "sid=abc",
            "sid=abc; theme=dark",
            "a=b=c==; empty=; alone",
            "a=\"q\"; b={\"x\":1,\"y\":2}; c=1,2; d=x y",
            "users=1; my_user=1; username=a; user_settings=b",
            "__Host-sid=1; sid.0=a; sid.1=b",
        ] {
            assert_eq!(kept(line), line);
        }
        assert_eq!(without(["a=1", "b=2;c=3"], &[]), "a=1; b=2; c=3");
        assert_eq!(without([], &[]), "");
    }

    #[test]
    fn a_cookie_that_could_be_read_as_the_gate_s_is_left_out() {
        for cookie in [
            "user=admin",
            "user",
            "USER=admin",
            "user =admin",
            " user= admin",
            "\tuser=admin",
            "user.id=admin",
            "User-Id=1",
            "user[0]=admin",
            "user.0=admin",
            "userC1=admin",
            "user_2=admin",
            "__Host-user=admin",
            "__Secure-USER=admin",
            "\"user\"=admin",
            "=user=admin",
            "%75ser=admin",
            "us\u{e9}er=admin",
            "us\0er=admin",
            "us\u{b}er=admin",
            "$Version=1",
            "$user=admin",
            "x,user=admin",
            "a=1,user=admin",
            "a=1, USER =admin",
            "a=1 user=admin",
            "a=\"x, user=admin\"",
            "a=\"x",
            "a=\"x\\\"y\"",
            "a=b\u{7f}",
            "a=b\tuser=admin",
        ] {
            let line = format!("sid=1; {cookie}; theme=dark");
            assert_eq!(kept(&line), "sid=1; theme=dark", "{cookie:?}");
            assert_eq!(kept(cookie), "", "{cookie:?}");
        }
        // A quoted semicolon ends a cookie for some servers, and for others it does not.
        assert_eq!(kept("a=\"1; user=2; b=3\"; c=4"), "c=4");
    }

    /// The names of cookies with a value that servers read, each in its own way.
    fn readings(line: &str) -> Vec<String> {
        let at = |separators: &'static [char]| line.split(separators);
        let mut in_quotes = false;
        let aware = line.split(move |sign| {
            in_quotes ^= sign == '"';
            sign == ';' && !in_quotes
        });
        let cookies = at(&[';'])
            .chain(at(&[';', ',']))
            .chain(at(&[';', ' ', '\t']));
        cookies
            .chain(at(&[';', ',', ' ', '"']))
            .chain(aware)
            .filter_map(|cookie| Some(cookie.split_once('=')?.0))
            .map(|name| {
                name.trim_matches([' ', '\t', '"'])
                    .replace("%75", "u")
                    .to_lowercase()
            })
            .collect()
    }

    proptest! {
        #[test]
        fn no_server_reads_a_cookie_of_the_gate_s_name(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "user", "USER", "%75ser", "__Host-", "sid", "a", "1", "=", "=", ";", "; ", ",", " ", "\"", "\\",
                "\t", "$Version", ".", "[", "]", "\u{e9}", "\0",
            ]), 0..14),
        ) {
            let line: String = pieces.concat();
            let kept = without([line.as_str()], &["user".to_owned()]);
            for name in readings(&kept) {
                prop_assert!(name != "user" && name != "__host-user", "{:?} of {:?}", kept, line);
            }
            prop_assert_eq!(without([kept.as_str()], &["user".to_owned()]), kept);
        }
    }
}
