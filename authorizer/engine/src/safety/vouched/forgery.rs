//! A client's headers that could be taken for those that a gate vouches for.
//!
//! A gateway writes the gate's header over the client's of the same name. What becomes of another spelling
//! depends on who reads it
//! ([AWS processes names with their case](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html),
//! and servers that hand headers on as variables read `X_User` as `X-User`), so a request with such a
//! header is refused.

use oathgate_gostd::{Header, is_token};
use thiserror::Error;

use crate::{Failure, ReasonCode};

/// Headers that every client sends in good faith, whether or not the gate vouches for them: they are
/// never a reason to refuse.
const SENT_IN_GOOD_FAITH: [&str; 2] = ["Authorization", "Cookie"];

/// What is wrong with a client's header. The texts hold no value.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Forgery {
    /// Its name is one that the gate vouches for.
    #[error("the client sends the header `{0}`, which the gate vouches for")]
    Vouched(String),
    /// Some servers read its name as one that the gate vouches for.
    #[error("the header `{0}` could be taken for one that the gate vouches for")]
    Mimicking(String),
    /// Its name is that of the header with the backend's secret.
    #[error("the client sends the header `{0}`, which contains the backend's secret")]
    Secret(String),
    /// Its name is not valid, and some servers skip what a name cannot contain.
    #[error("the name of a header contains a character that a name cannot have")]
    Name,
}

impl Forgery {
    /// The reason of the refusal.
    #[must_use]
    pub fn code(&self) -> ReasonCode {
        match self {
            Self::Vouched(_) | Self::Secret(_) => ReasonCode::ForgedHeader,
            Self::Mimicking(_) | Self::Name => ReasonCode::MimickingHeader,
        }
    }

    /// A client's header whose name is `mapped` in another case; the gateway may keep both. `None` where
    /// there is none, and for headers that every client sends.
    pub fn in_another_case<'n>(
        mut client: impl Iterator<Item = &'n str>,
        mapped: &str,
    ) -> Option<Self> {
        let is_other = |name: &&str| name.eq_ignore_ascii_case(mapped) && *name != mapped;
        let found = client.find(is_other)?;
        (!is_sent_in_good_faith(mapped)).then(|| Self::Vouched(found.to_owned()))
    }
}

/// Refused with 400. No error handler answers it: the client can do nothing about it by signing in.
impl From<Forgery> for Failure {
    fn from(forgery: Forgery) -> Self {
        Self::bad_request()
            .because(forgery.code())
            .with_cause(forgery.to_string())
    }
}

/// Refuses the first header whose name is not valid or mimics one of the vouched.
pub(super) fn mimicking<'v, V: Iterator<Item = &'v str>>(
    client: &Header,
    vouched: impl Fn() -> V,
) -> Result<(), Forgery> {
    for (name, _) in client.iter() {
        if !is_token(name) {
            return Err(Forgery::Name);
        }
        if vouched().any(|vouched| mimics(name, vouched)) {
            return Err(Forgery::Mimicking(name.to_owned()));
        }
    }
    Ok(())
}

/// Refuses the first header that is one of the vouched, in any case.
pub(super) fn forged<'v, V: Iterator<Item = &'v str>>(
    client: &Header,
    vouched: impl Fn() -> V,
) -> Result<(), Forgery> {
    let is_vouched = |name: &str| {
        vouched()
            .any(|vouched| name.eq_ignore_ascii_case(vouched) && !is_sent_in_good_faith(vouched))
    };
    match client.iter().find(|(name, _)| is_vouched(name)) {
        Some((name, _)) => Err(Forgery::Vouched(name.to_owned())),
        None => Ok(()),
    }
}

/// Refuses the header with the backend's secret, in any case: whatever else a stage lets clients send,
/// this one is never theirs.
pub(super) fn secret(client: &Header, header: &str) -> Result<(), Forgery> {
    let is_secret = |name: &str| name.eq_ignore_ascii_case(header);
    match client.iter().find(|(name, _)| is_secret(name)) {
        Some((name, _)) => Err(Forgery::Secret(name.to_owned())),
        None => Ok(()),
    }
}

/// Refuses a header of a name, in any spelling, unless its value is `value`.
pub(super) fn unlike(client: &Header, name: &str, value: &str) -> Result<(), Forgery> {
    if is_sent_in_good_faith(name) {
        return Ok(());
    }
    let mut sent: Option<String> = None;
    for (known, value) in client.iter() {
        if mimics(known, name) {
            return Err(Forgery::Mimicking(known.to_owned()));
        }
        if known.eq_ignore_ascii_case(name) {
            match &mut sent {
                Some(sent) => sent.extend([", ", value]),
                None => sent = Some(value.to_owned()),
            }
        }
    }
    match sent {
        Some(sent) if sent != value => Err(Forgery::Vouched(name.to_owned())),
        _ => Ok(()),
    }
}

fn is_sent_in_good_faith(vouched: &str) -> bool {
    SENT_IN_GOOD_FAITH
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
    use proptest::prelude::*;

    use super::*;
    use oathgate_gostd::canonical_header_name;

    fn sent(name: &str) -> Header {
        [("Accept", "*/*"), (name, "a")].into_iter().collect()
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
            let found = mimicking(&sent(name), vouched);
            let shown = canonical_header_name(name).into_owned();
            assert_eq!(found, Err(Forgery::Mimicking(shown)));
        }
        // A name cannot contain these, and who skips them reads another name.
        for name in [
            " X_User_Id ",
            "X-User-Id ",
            "X\u{b}User-Id",
            "X-User-Id:",
            "\u{425}-User-Id",
            "Accept\0",
            "",
        ] {
            let found = mimicking(&sent(name), vouched);
            assert_eq!(found, Err(Forgery::Name), "{name:?}");
        }
        for name in ["X-User-Id", "x-user-id", "X-UserId", "X_Odd", "X-User"] {
            assert_eq!(mimicking(&sent(name), vouched), Ok(()), "{name}");
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
            prop_assert_eq!(forged(&sent(&spelled), vouched), Err(Forgery::Vouched("X-User-Id".to_owned())));
            let other = Forgery::in_another_case([spelled.as_str()].into_iter(), "X-User-Id");
            prop_assert_eq!(other.is_some(), spelled != "X-User-Id");
        }

        #[test]
        fn every_name_that_some_server_reads_as_a_vouched_one_is_found(name in "[xX][-_.!~][uU]ser[-_.]([iI]d|ID)") {
            let found = mimicking(&sent(&name), vouched).and_then(|()| forged(&sent(&name), vouched));
            prop_assert!(found.is_err());
        }

        #[test]
        fn any_other_name_is_not(name in "[a-zA-Z0-9-]{1,12}") {
            prop_assume!(!vouched().any(|known| known.eq_ignore_ascii_case(&name)));
            prop_assume!(!vouched().any(|known| mimics(&name, known)));
            prop_assert_eq!(forged(&sent(&name), vouched), Ok(()));
            prop_assert_eq!(mimicking(&sent(&name), vouched), Ok(()));
        }
    }

    #[test]
    fn what_clients_send_in_good_faith_is_never_a_reason() {
        for name in ["Authorization", "authorization", "AUTHORIZATION"] {
            let sent = sent(name);
            assert_eq!(forged(&sent, vouched), Ok(()), "{name}");
            assert_eq!(unlike(&sent, "Authorization", "b"), Ok(()), "{name}");
            let other = Forgery::in_another_case([name].into_iter(), "Authorization");
            assert_eq!(other, None, "{name}");
        }
    }
}
