//! Parts of requests as attackers write them.

use proptest::{collection::vec, prelude::*, sample::select};

/// Stands in every credential, and may be printed nowhere.
pub const SECRET: &str = "hunter2";

/// A path, made of pieces that servers, IAM or the gate read in their own way.
pub fn path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => select(vec![
            "open", "admin", "Admin", "a", "1", "..", ".", "...", "%2e%2e", "%2E.", "%252e%252e", "%2f", "%2F",
            "%252f", "%5c", "\\", ";", ";a=b", "..;", ".;/", "%3b", "*", "%2a", "?", "%3f", "#", "%23",
            "${aws:username}", "$", "%24%7b", "{", "}", "%00", "\0", "\r\n", "%0d%0aX-User: a", "%c0%ae", "%c0%af",
            "%e0%80%af", "%u002f", "%", "%%", "%zz", "é", "%C3%A9", "%E9", "\u{202e}", "\u{ff0f}", "\u{2215}", ":",
            "@", "//", "http://other.example/", "&", "=", "+", " ", "%20", "~", "'", "\"", "<", ">", "|", "^", "`",
        ]).prop_map(str::to_owned),
        2 => "[ -~]{0,6}",
        1 => any::<String>(),
        1 => (1_usize..700).prop_map(|length| "long".repeat(length / 4)),
    ];
    let separator = select(vec!["/", "/", "/", "", "//", "/./"]);
    (
        select(vec!["/", "/open/", "/admin", "/login", "/", ""]),
        vec((piece, separator), 0..6),
    )
        .prop_map(|(start, pieces)| {
            let pieces = pieces
                .into_iter()
                .map(|(piece, separator)| piece + separator);
            start.to_owned() + &pieces.collect::<String>()
        })
}

/// A method, in any case, or what is none.
pub fn method() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(vec![
            "GET", "POST", "PUT", "DELETE", "get", "Get", "OPTIONS", "HEAD", "TRACE", "CONNECT", "*", "ANY", "GET ",
            " GET", "GET\0", "GET/a", "G\u{0130}T", "", "PATCH?",
        ]).prop_map(str::to_owned),
        1 => "[ -~]{0,10}",
    ]
}

/// A name of a header that the gate vouches for, as somebody may write it who hopes to be taken for it.
pub fn vouched_name() -> impl Strategy<Value = String> {
    let name = select(vec![
        "X-User",
        "Authorization",
        "X-Echo",
        "X-None",
        "X-Path",
        "Cookie",
        "X-Gate",
    ]);
    let spelling = select(vec![
        (|name: &str| name.to_owned()) as fn(&str) -> String,
        |name| name.to_lowercase(),
        |name| name.to_uppercase(),
        |name| name.replace('-', "_"),
        |name| name.replace('-', "."),
        |name| format!("{name} "),
        |name| format!(" {name}"),
        |name| format!("{name}\t"),
        |name| format!("{name}:"),
        |name| format!("{name}\0"),
        |name| format!("{name}\r\n{name}"),
        |name| name.replace('-', "--"),
        |name| name.replace('-', "\u{2010}"),
        |name| name.replace('e', "\u{0435}"),
        |name| name.replace('X', "\u{ff38}"),
        |name| name.replace('s', "\u{017f}").replace('k', "\u{212a}"),
    ]);
    (name, spelling).prop_map(|(name, spell)| spell(name))
}

/// A header's value.
pub fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(vec![
            "mallory", "none", " none", "", " ", "\t", "a\r\nX-User: b", "a\nb", "a\0", "é", "\u{7f}", "\u{85}",
            "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer hunter2", "Basic aHVudGVyMg==", "session=hunter2", "a, b",
            "{{ .Subject }}", "${aws:username}", "*", "\"", "\\", "<no value>", "\u{202e}", "\u{f7ff}",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => (0_usize..12_000).prop_map(|length| "v".repeat(length)),
    ]
}

/// Headers that somebody sends who wants to be taken for another.
pub fn forged_headers() -> impl Strategy<Value = Vec<(String, String)>> {
    vec((vouched_name(), value()), 1..4)
}

/// Any header.
pub fn header() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![
        2 => vouched_name(),
        9 => select(vec![
            "Host", "X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Uri", "X-Http-Method-Override", "Connection",
            "Transfer-Encoding", "Content-Length", "Content-Type", "Accept", "__proto__", "constructor", "x-user",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    (name, value())
}
