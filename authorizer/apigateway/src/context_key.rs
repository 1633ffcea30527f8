//! Keys of the authorizer's context.

use crate::EventKind;

/// The key under which a kind of API is handed the value of a header.
#[must_use]
pub fn context_key(header: &str, kind: EventKind) -> String {
    match kind {
        EventKind::Rest => key(header, '-'),
        // Mappings of HTTP APIs take names of letters, digits and `_` alone
        // (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html);
        // of WebSocket APIs it is not known.
        EventKind::HttpV1 | EventKind::HttpV2 | EventKind::WebSocket => key(header, '_'),
    }
}

/// A header's name in lower case, with `_` for what a key cannot contain.
fn key(header: &str, hyphen: char) -> String {
    let key = |character: char| match character {
        'A'..='Z' => character.to_ascii_lowercase(),
        'a'..='z' | '0'..='9' | '_' => character,
        '-' => hyphen,
        _ => '_',
    };
    header.chars().map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_key_is_lower_case_and_contains_only_what_api_gateway_takes() {
        for (header, rest, other) in [
            ("X-User-Id", "x-user-id", "x_user_id"),
            ("X.Odd!Name", "x_odd_name", "x_odd_name"),
            ("Authorization", "authorization", "authorization"),
        ] {
            assert_eq!(context_key(header, EventKind::Rest), rest);
            for kind in [EventKind::HttpV1, EventKind::HttpV2, EventKind::WebSocket] {
                assert_eq!(context_key(header, kind), other);
            }
        }
    }
}
