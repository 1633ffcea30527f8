use proptest::prelude::*;

use super::*;

/// Text, path, raw path, query and what `String` prints, each as Go 1.26 says.
const READ: &[(&str, &str, &str, &str, &str)] = &[
    (
        "http://h/a%2Fb/c%20d/?q=%20x#f",
        "/a/b/c d/",
        "/a%2Fb/c%20d/",
        "q=%20x",
        "http://h/a%2Fb/c%20d/?q=%20x#f",
    ),
    ("HTTP://h", "", "", "", "http://h"),
    ("http://h?", "", "", "", "http://h?"),
    (
        "http://u:p%40@h:8080/",
        "/",
        "",
        "",
        "http://u:p%40@h:8080/",
    ),
    ("http:///check", "/check", "", "", "http:///check"),
    ("file:/tmp/x", "/tmp/x", "", "", "file:/tmp/x"),
    ("file:///tmp/x", "/tmp/x", "", "", "file:///tmp/x"),
    ("mailto:a@b?c", "", "", "c", "mailto:a@b?c"),
    ("//h/a b", "/a b", "/a b", "", "//h/a%20b"),
    ("/a:b", "/a:b", "", "", "/a:b"),
    ("a/b:c", "a/b:c", "", "", "a/b:c"),
    ("?x=1", "", "", "x=1", "?x=1"),
    ("*", "*", "", "", "*"),
    (
        "http://[fe80::1%25en0]:80/",
        "/",
        "",
        "",
        "http://[fe80::1%25en0]:80/",
    ),
    ("http://h/ü", "/ü", "/ü", "", "http://h/%C3%BC"),
    (
        "http://h/a[b]!'",
        "/a[b]!'",
        "/a[b]!'",
        "",
        "http://h/a[b]!'",
    ),
];

#[test]
fn it_reads_and_prints_as_go() {
    for (text, path, raw_path, query, printed) in READ {
        let url = Url::parse(text).unwrap();
        assert_eq!(
            (
                url.path.as_str(),
                url.raw_path.as_str(),
                url.raw_query.as_str(),
                url.to_string().as_str()
            ),
            (*path, *raw_path, *query, *printed),
            "{text}"
        );
    }
}

#[test]
fn it_refuses_what_go_refuses() {
    for text in [
        ":x",
        "http://h/%zz",
        "http://h:x/",
        "http://a:1:2/",
        "http://a b/",
        "http://h/\n",
        "http://[::1",
        "http://[1.2.3.4]/",
        "http://[]/",
        "http://a[b]/",
        "1a:b",
        "http://h%41/",
        "http://u|@h/",
        "http://[::1]x/",
        "http://h/#%",
    ] {
        assert!(Url::parse(text).is_err(), "{text}");
    }
}

/// RFC 3986 section 5.4.
#[test]
fn it_resolves_references() {
    let base = Url::parse("http://a/b/c/d;p?q").unwrap();
    for (reference, want) in [
        ("g:h", "g:h"),
        ("g", "http://a/b/c/g"),
        ("./g", "http://a/b/c/g"),
        ("g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"),
        ("//g", "http://g"),
        ("?y", "http://a/b/c/d;p?y"),
        ("g?y#s", "http://a/b/c/g?y#s"),
        ("", "http://a/b/c/d;p?q"),
        ("#s", "http://a/b/c/d;p?q#s"),
        (".", "http://a/b/c/"),
        ("..", "http://a/b/"),
        ("../g", "http://a/b/g"),
        ("../../../g", "http://a/g"),
        ("/./g", "http://a/g"),
        ("/../g", "http://a/g"),
        ("g.", "http://a/b/c/g."),
        ("g;x=1/../y", "http://a/b/c/y"),
        ("g%2Fh", "http://a/b/c/g%2Fh"),
        ("http://x/a/../b", "http://x/b"),
    ] {
        assert_eq!(
            base.join(reference).unwrap().to_string(),
            want,
            "{reference}"
        );
    }
}

#[test]
fn it_prefers_the_path_as_written_only_where_it_fits() {
    let mut url = Url::parse("http://h/a%2Fb?x#y").unwrap();
    assert_eq!(url.request_uri(), "/a%2Fb?x");
    url.path = "/other path".to_owned();
    assert_eq!(url.request_uri(), "/other%20path?x");
}

#[test]
fn it_splits_host_and_port() {
    for (host, name, port) in [
        ("h:80", "h", "80"),
        ("h", "h", ""),
        ("h:", "h", ""),
        ("[::1]:8080", "::1", "8080"),
        ("[::1]", "::1", ""),
        ("h:x", "h:x", ""),
        ("", "", ""),
    ] {
        let url = Url {
            host: host.to_owned(),
            ..Url::default()
        };
        assert_eq!((url.hostname(), url.port()), (name, port), "{host}");
    }
}

#[test]
fn neither_debug_nor_redacted_show_a_password() {
    let url = Url::parse("http://u:secret@h/p?token=secret").unwrap();
    assert!(!format!("{url:?}").contains("secret"));
    assert_eq!(url.redacted(), "http://u:xxxxx@h/p?token=secret");
}

proptest! {
    #[test]
    fn reading_never_panics(text in "[ -~]{0,4}(:|//|/|\\?|#|@|\\[|\\]|%|[a-z0-9]|ü){0,12}") {
        if let Ok(url) = Url::parse(&text) {
            let _ = (url.to_string(), url.request_uri(), url.hostname().len(), url.port().len());
            let _ = url.join(&text).map(|url| url.to_string());
        }
    }

    #[test]
    fn what_is_printed_reads_as_the_same(
        scheme in "(http|https|x)", user in "(|u@|u:p%40@)", host in "(h|h:80|\\[::1\\]:1)",
        path in "(/[a-z%20\\.;~ü!]{0,4}){0,3}", query in "(|\\?|\\?[a-z=&%]{1,6})", fragment in "(|#[a-z!]{1,3})",
    ) {
        let text = format!("{scheme}://{user}{host}{path}{query}{fragment}");
        if let Ok(url) = Url::parse(&text) {
            let printed = url.to_string();
            let again = Url::parse(&printed).unwrap();
            prop_assert_eq!(again.to_string(), printed);
            prop_assert_eq!(again.path, url.path);
            prop_assert_eq!(again.host, url.host);
            prop_assert_eq!(again.user, url.user);
            prop_assert_eq!(again.fragment, url.fragment);
        }
    }

    #[test]
    fn resolving_leaves_no_dot_segments(reference in "(\\.\\./|\\./|/|a|\\.\\.|\\.){0,8}") {
        let base = Url::parse("http://h/x/y").unwrap();
        if let Ok(url) = base.join(&reference) {
            prop_assert!(!url.path.split('/').any(|segment| segment == "." || segment == ".."));
        }
    }
}
