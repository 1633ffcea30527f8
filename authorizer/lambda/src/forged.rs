//! Headers of a client's that could be taken for those the gate vouches for.
//!
//! API Gateway writes a mapped header over the client's of the same spelling. What becomes of another
//! spelling, such as the lower case that HTTP/2 has, depends on who reads it
//! ([AWS processes names with their case](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html)),
//! so that a request with such a header is refused.

use oathgate_engine::{ReasonCode, go::is_token};
use thiserror::Error;

use crate::event::Headers;

/// Headers that every client sends in good faith, whether or not the gate vouches for them: they are
/// never a reason to refuse.
const IN_GOOD_FAITH: [&str; 2] = ["Authorization", "Cookie"];

/// Headers that a WebSocket API sets for the backend itself: which connection a request belongs to, and what
/// has become of it.
pub(crate) const SET_BY_WEB_SOCKET_APIS: [&str; 2] = ["Oathgate-Connection-Id", "Oathgate-Event"];

/// What is wrong with a client's header. The texts hold no value.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum Forgery {
    /// Its name is one that the gate vouches for.
    #[error("the client sends the header `{0}`, which the gate vouches for")]
    Vouched(String),
    /// Its name is one that some servers read as one the gate vouches for.
    #[error("the header `{0}` could be taken for one the gate vouches for")]
    Mimicking(String),
    /// Its name is that of the header with the backend's secret.
    #[error("the client sends the header `{0}`, which holds the backend's secret")]
    Secret(String),
    /// Its name is none, and some servers pass over what no name may hold.
    #[error("a header's name holds what no name may")]
    Name,
}

impl Forgery {
    /// The reason of the refusal.
    pub(crate) fn code(&self) -> ReasonCode {
        match self {
            Self::Vouched(_) | Self::Secret(_) => ReasonCode::ForgedHeader,
            Self::Mimicking(_) | Self::Name => ReasonCode::MimickingHeader,
        }
    }
}

/// The first header whose name is none, or that mimics one of the vouched: servers that hand headers on
/// as variables read `X_User` as `X-User`.
pub(crate) fn unfit_or_mimicking<'v, V: Iterator<Item = &'v str>>(
    client: &Headers<'_>,
    vouched: impl Fn() -> V,
) -> Option<Forgery> {
    client.iter().find_map(|(name, _)| {
        if !is_token(name) {
            return Some(Forgery::Name);
        }
        vouched()
            .any(|vouched| mimics(name, vouched))
            .then(|| Forgery::Mimicking(name.to_string()))
    })
}

/// The first header that is one of the vouched, in any case.
pub(crate) fn forged<'v, V: Iterator<Item = &'v str>>(
    client: &Headers<'_>,
    vouched: impl Fn() -> V,
) -> Option<Forgery> {
    client.iter().find_map(|(name, _)| {
        vouched()
            .any(|vouched| name.eq_ignore_ascii_case(vouched) && !is_sent_in_good_faith(vouched))
            .then(|| Forgery::Vouched(name.to_string()))
    })
}

/// The first header that is the one with the backend's secret, in any case: whatever else a stage lets clients
/// send, this one never is theirs.
pub(crate) fn secret(client: &Headers<'_>, header: &str) -> Option<Forgery> {
    let mut names = client.iter().map(|(name, _)| name);
    let found = names.find(|name| name.eq_ignore_ascii_case(header))?;
    Some(Forgery::Secret(found.to_string()))
}

/// A header of a name in another case than the one that is mapped.
pub(crate) fn in_another_case(client: &Headers<'_>, mapped: &str) -> Option<Forgery> {
    let other = |name: &str| name.eq_ignore_ascii_case(mapped) && name != mapped;
    let mut names = client.iter().map(|(name, _)| name);
    let found = names.find(|name| other(name) && !is_sent_in_good_faith(mapped))?;
    Some(Forgery::Vouched(found.to_string()))
}

/// A header of a name that is not mapped, in any spelling, unless it says what the gate says.
pub(crate) fn unlike(client: &Headers<'_>, name: &str, value: &str) -> Option<Forgery> {
    if is_sent_in_good_faith(name) {
        return None;
    }
    let mut said: Option<String> = None;
    for (known, value) in client {
        if mimics(known, name) {
            return Some(Forgery::Mimicking(known.to_string()));
        }
        if known.eq_ignore_ascii_case(name) {
            match &mut said {
                Some(said) => said.extend([", ", value]),
                None => said = Some(value.to_string()),
            }
        }
    }
    said.is_some_and(|said| said != value)
        .then(|| Forgery::Vouched(name.to_owned()))
}

fn is_sent_in_good_faith(vouched: &str) -> bool {
    IN_GOOD_FAITH
        .iter()
        .any(|name| name.eq_ignore_ascii_case(vouched))
}

/// Whether some server reads a name as another one.
fn mimics(name: &str, vouched: &str) -> bool {
    let plain = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            byte.to_ascii_lowercase()
        } else {
            b'_'
        }
    };
    !name.eq_ignore_ascii_case(vouched) && name.bytes().map(plain).eq(vouched.bytes().map(plain))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::*;

    fn sent(name: &str) -> [(Cow<'_, str>, Cow<'_, str>); 2] {
        [("Accept".into(), "*/*".into()), (name.into(), "a".into())]
    }

    fn vouched() -> impl Iterator<Item = &'static str> {
        ["X-User-Id", "X_Odd", "Authorization"].into_iter()
    }

    #[test]
    fn a_header_that_mimics_a_vouched_one_is_found() {
        for name in [
            "X_User_Id",
            "x-user_id",
            "X_USER-ID",
            "x-odd",
            "X.User.Id",
            "X-User~Id",
        ] {
            let found = unfit_or_mimicking(&sent(name), vouched);
            assert_eq!(found, Some(Forgery::Mimicking(name.to_owned())));
        }
        // No name may hold these, and who passes over them reads another name.
        for name in [
            " X_User_Id ",
            "X-User-Id ",
            "X\u{b}User-Id",
            "X-User-Id:",
            "\u{425}-User-Id",
            "Accept\0",
            "",
        ] {
            let found = unfit_or_mimicking(&sent(name), vouched);
            assert_eq!(found, Some(Forgery::Name), "{name:?}");
        }
        for name in ["X-User-Id", "x-user-id", "X-UserId", "X_Odd", "X-User"] {
            assert_eq!(unfit_or_mimicking(&sent(name), vouched), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_vouched_header_is_found_in_any_case(upper in prop::collection::vec(any::<bool>(), 9)) {
            let spelled: String = "x-user-id"
                .chars()
                .zip(upper)
                .map(|(letter, upper)| if upper { letter.to_ascii_uppercase() } else { letter })
                .collect();
            prop_assert_eq!(forged(&sent(&spelled), vouched), Some(Forgery::Vouched(spelled.clone())));
            let other = in_another_case(&sent(&spelled), "X-User-Id");
            prop_assert_eq!(other.is_some(), spelled != "X-User-Id");
        }

        #[test]
        fn every_name_that_some_server_reads_as_a_vouched_one_is_found(name in "[xX][-_.!~][uU]ser[-_.]([iI]d|ID)") {
            let found = unfit_or_mimicking(&sent(&name), vouched).or_else(|| forged(&sent(&name), vouched));
            prop_assert!(found.is_some());
        }

        #[test]
        fn any_other_name_is_not(name in "[a-zA-Z0-9-]{1,12}") {
            prop_assume!(!vouched().any(|known| known.eq_ignore_ascii_case(&name)));
            prop_assume!(!vouched().any(|known| mimics(&name, known)));
            prop_assert_eq!(forged(&sent(&name), vouched), None);
            prop_assert_eq!(unfit_or_mimicking(&sent(&name), vouched), None);
        }
    }

    #[test]
    fn what_clients_send_in_good_faith_is_never_a_reason() {
        for name in ["Authorization", "authorization", "AUTHORIZATION"] {
            assert_eq!(forged(&sent(name), vouched), None, "{name}");
            assert_eq!(
                in_another_case(&sent(name), "Authorization"),
                None,
                "{name}"
            );
            assert_eq!(unlike(&sent(name), "Authorization", "b"), None, "{name}");
        }
    }
}
