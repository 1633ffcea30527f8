//! Dot segments in every spelling, in every place, under both matching strategies.

use super::*;

/// What some server decodes to `.` or `..`, as it stands in a path.
const DOT_SEGMENTS: [&str; 78] = [
    ".",
    "..",
    "...",
    "....",
    "%2e",
    "%2E",
    "%2e%2e",
    "%2E%2E",
    ".%2e",
    "%2e.",
    "%252e%252e",
    "%25252e%25252e",
    "%2525252e",
    "%%32%65%%32%65",
    "%2%65%2%65",
    "..;",
    "..;x",
    "..;x=y",
    ".;",
    ".;x",
    "..%3b",
    "..%3Bx",
    "%2e%2e;",
    "%2e%2e%3bx",
    "..%20",
    "%20..",
    "..%09",
    "..%0a",
    "..%0d",
    "..+",
    "+..",
    ".%20.",
    ".+.",
    "..%c2%a0",
    "..%e2%80%8b",
    "..%00",
    "..\0",
    "..%2500",
    "..%00x",
    "%00..",
    "%c0%ae",
    "%c0%ae%c0%ae",
    "%C0%2E%C0%2E",
    "%c0%6e%c0%6e",
    "%e0%80%ae",
    "%e0%80%ae%e0%80%ae",
    "%f0%80%80%ae",
    "%f0%80%80%ae%f0%80%80%ae",
    "%f8%80%80%80%ae",
    "%f8%80%80%80%ae%f8%80%80%80%ae",
    "%fc%80%80%80%80%ae",
    "%fc%80%80%80%80%ae%fc%80%80%80%80%ae",
    "%fe%80%80%80%80%80%ae",
    "%25c0%25ae%25c0%25ae",
    "%u002e",
    "%u002e%u002e",
    "%U002E%U002E",
    "%u002e.",
    "%25u002e%25u002e",
    "%uff0e%uff0e",
    "%ef%bc%8e%ef%bc%8e",
    "\u{FF0E}\u{FF0E}",
    "\u{2025}",
    "%e2%80%a5",
    "\u{2024}\u{2024}",
    "\u{FE52}.",
    "\u{2026}",
    "..?x",
    "..%3f",
    "..%3fx",
    "..%23",
    "..%23x",
    "..%253fx",
    "..\\x",
    "x\\..",
    "..%5cx",
    "x%5c..%5cx",
    "..\\",
];

/// What parts segments for some server.
const SLASHES: [&str; 18] = [
    "/",
    "//",
    "\\",
    "%2f",
    "%2F",
    "%5c",
    "%5C",
    "%252f",
    "%255c",
    "%c0%af",
    "%c1%9c",
    "%e0%80%af",
    "%f0%80%80%af",
    "%f8%80%80%80%af",
    "%fc%80%80%80%80%af",
    "%u002f",
    "%u2215",
    "%ef%bc%8f",
];

fn shipped(strategy: &str) -> Gate {
    match strategy {
        "glob" => gate_of(
            "glob",
            &[
                ("public", "/v1/public/<**>"),
                ("closed", "/v1/closed"),
                ("page", "/app/<**>"),
            ],
        ),
        _ => gate_of(
            strategy,
            &[
                ("public", "/v1/public/<.*>"),
                ("account", "/v1/account/<[0-9]+>"),
                ("closed", "/v1/closed"),
                ("page", "/<(app|settings)/.*>"),
            ],
        ),
    }
}

#[test]
fn what_no_rule_or_another_rule_knows_as_it_is_written_is_not_granted_for_what_it_is_cleaned_to() {
    for strategy in ["regexp", "glob"] {
        let gate = shipped(strategy);
        for path in [
            "/v1/account/7/../../public/x",
            "/v1/closed/../public/x",
            "/internal/keys/../../v1/public/x",
            "/v1/account/7/.././../public/x",
            "/v1/account/7//../../../v1/public/x",
            "/internal/../v1/public/x",
            "/app/../v1/public/x",
            "/v1/public/../public/x",
        ] {
            refused(&gate, path, UnsafePath::DotSegment);
        }
    }
}

#[test]
fn a_dot_segment_is_refused_in_every_spelling_and_place() {
    for strategy in ["regexp", "glob"] {
        let gate = shipped(strategy);
        for dots in DOT_SEGMENTS {
            for path in [
                format!("/{dots}"),
                format!("/{dots}/v1/public/x"),
                format!("/v1/public/{dots}"),
                format!("/v1/public/x/{dots}"),
                format!("/v1/public/{dots}/"),
                format!("/v1/account/7/{dots}/{dots}/public/x"),
                format!("/v1/closed/{dots}/public/x"),
                format!("/v1/public/x/{dots}/y"),
                format!("/v1/public/{dots}/closed"),
            ] {
                let trace = decide(&gate, &path).trace;
                assert_eq!(
                    (trace.status, trace.code),
                    (400, ReasonCode::UnsafePath),
                    "{path:?}"
                );
            }
        }
    }
}

#[test]
fn a_dot_segment_between_slashes_of_any_spelling_is_refused() {
    let gates = [
        shipped("regexp"),
        shipped("regexp").with_path_policy(PathPolicy {
            encoded_slashes: Treatment::Allow,
            ..PathPolicy::default()
        }),
    ];
    for gate in gates {
        for slash in SLASHES {
            for dots in DOT_SEGMENTS {
                for path in [
                    format!("/v1/public/x{slash}{dots}{slash}{dots}{slash}closed"),
                    format!("/v1/public/x/y{slash}{dots}"),
                    format!("/v1/public/{dots}{slash}closed"),
                ] {
                    let trace = decide(&gate, &path).trace;
                    assert_eq!(
                        (trace.status, trace.code),
                        (400, ReasonCode::UnsafePath),
                        "{path:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn no_spelling_of_a_slash_is_granted() {
    let gate = shipped("regexp");
    for slash in SLASHES
        .into_iter()
        .filter(|slash| !matches!(*slash, "/" | "//" | "%u2215" | "%ef%bc%8f"))
    {
        let path = format!("/v1/public/a{slash}b");
        assert_eq!(
            decide(&gate, &path).trace.code,
            ReasonCode::UnsafePath,
            "{path}"
        );
    }
}
