use serde_json::json;

use super::*;

#[test]
fn service_urls_are_shown_without_credentials() {
    for (url, wanted) in [
        ("http://h", Some("http://h")),
        ("https://h:1/a/b%20c", Some("https://h:1/a/b%20c")),
        ("file:///etc/keys.json", Some("file:///etc/keys.json")),
        ("http://user:s3cr3t@h/a", Some("http://***@h/a")),
        ("http://s3cr3t@h", Some("http://***@h")),
        ("http://:s3cr3t@h", Some("http://***@h")),
        (
            "http://h/?a=s3cr3t&b=s3cr3t&s3cr3t",
            Some("http://h/?a=***&b=***&***"),
        ),
        ("http://h/#s3cr3t", Some("http://h/#***")),
        ("inline://czNjcjN0", Some("inline://***")),
        ("s3cr3t", None),
        ("user:s3cr3t@h", None),
        ("//user:s3cr3t@h/", None),
        ("ftp://user:s3cr3t@h/", None),
        ("http://user:s3c r3t@h/\u{7f}", None),
    ] {
        let shown = without_credentials(url, false);
        assert_eq!(shown.as_deref(), wanted, "{url}");
    }
}

#[test]
fn redirect_urls_are_shown_without_user_and_password() {
    for (url, wanted) in [
        ("https://h/login?client=a#b", "https://h/login?client=a#b"),
        ("/login?a=b", "/login?a=b"),
        ("https://u:s3cr3t@h/login?a=b", "https://***@h/login?a=b"),
        ("//u:s3cr3t@h/login?a=b", "//***@h/login?a=b"),
    ] {
        assert_eq!(without_credentials(url, true).unwrap(), wanted);
    }
}

#[test]
fn a_template_is_shown_if_it_has_no_literal() {
    for (template, shown) in [
        ("", true),
        ("{{ print .Subject }}", true),
        ("{{- .Extra.role | upper -}} {{ .Subject }}\n", true),
        ("{{ printIndex .MatchContext.RegexpCaptureGroups 0 }}", true),
        ("s3cr3t", false),
        ("Bearer {{ .Extra.token }}", false),
        ("{{ .Extra.token }} s3cr3t", false),
        ("{{ print \"s3cr3t\" }}", false),
        ("{{ print `s3cr3t` }}", false),
        ("{{ print 's' }}", false),
        ("{{/* s3cr3t */}}", false),
        ("{{ print 123456 }}", false),
        ("{{ print 0x73336372 }}", false),
        ("{{ s3cr3t", false),
    ] {
        assert_eq!(has_no_literal(template), shown, "{template}");
    }
}

#[test]
fn unknown_options_are_hidden_in_their_positions() {
    let config = json!({
        "new": "s3cr3t", "number": 7, "yes": true, "none": null, "list": ["s3cr3t", {"a": 1}],
        "when": [{"error": ["unauthorized"], "new": "s3cr3t"}],
        "cache": {"enabled": true, "new": 1.5}, "headersX": {"a": "{{ .Subject }}"},
        "headers": {"a": {"b": "s3cr3t"}}, "extra_from": "@this",
    });
    let wanted = json!({
        "new": "***", "number": "***", "yes": "***", "none": null, "list": ["***", {"a": "***"}],
        "when": [{"error": ["unauthorized"], "new": "***"}],
        "cache": {"enabled": true, "new": "***"}, "headersX": {"a": "***"},
        "headers": {"a": {"b": "***"}}, "extra_from": "@this",
    });
    assert_eq!(redacted(&config), wanted);
}
