//! The response of an introspection endpoint about a token,
//! [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662#section-2.2), and keeping it.

use std::{
    collections::BTreeMap,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use oathgate_gotemplate::Value;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use oathgate_cache::BoundedCache;
use oathgate_cache::CacheKey;
use oathgate_gostd::{decode_json, folded_member_name};
use oathgate_jose::LAST_SECOND;

/// The facts about a token. They say nothing yet of whether a rule lets it in.
#[derive(Default)]
pub(super) struct Introspection {
    pub(super) active: bool,
    /// `ext`
    pub(super) extra: BTreeMap<String, Value>,
    /// `sub`
    pub(super) subject: Arc<str>,
    pub(super) username: Arc<str>,
    /// `aud`
    pub(super) audience: Vec<Arc<str>>,
    /// `iss`
    pub(super) issuer: Arc<str>,
    pub(super) client_id: Arc<str>,
    pub(super) scope: Arc<str>,
    /// `exp`, in seconds since 1970; not above 0 where there is no end.
    pub(super) expires: i64,
    pub(super) token_use: Arc<str>,
}

impl Introspection {
    /// Reads an answer, as Go reads JSON into a struct: names in any case, `null` as if not there, the
    /// last of several counts, text behind it does no harm. `None` where it is none.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(body);
        Self::deserialize(&mut serde_json::Deserializer::from_str(&text)).ok()
    }

    /// Whether it has an end, and that is over. One beyond the years that Go can count to counts as
    /// over, as its dates overflow there.
    pub(super) fn has_expired(&self, now: SystemTime) -> bool {
        match u64::try_from(self.expires) {
            Ok(0) | Err(_) => false,
            Ok(seconds) => {
                let end = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
                self.expires > LAST_SECOND || end.is_none_or(|end| end < now)
            }
        }
    }

    /// The words of the scope. An empty scope is one empty word.
    pub(super) fn scopes(&self) -> Vec<&str> {
        self.scope.split(' ').collect()
    }

    /// What a session keeps beside the subject.
    pub(super) fn session_extra(&self) -> BTreeMap<String, Value> {
        let mut extra = self.extra.clone();
        for (name, value) in [
            ("username", &self.username),
            ("client_id", &self.client_id),
            ("scope", &self.scope),
        ] {
            extra.insert(name.to_owned(), Value::Str(Arc::clone(value)));
        }
        if !self.audience.is_empty() {
            let audience = self.audience.iter().map(Arc::clone);
            extra.insert("aud".to_owned(), Value::strings(audience));
        }
        extra
    }
}

impl<'de> Deserialize<'de> for Introspection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Introspection;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the members of an introspection")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut members: A,
            ) -> Result<Introspection, A::Error> {
                let mut found = Introspection::default();
                while let Some((name, written)) = members.next_entry::<&RawValue, &RawValue>()? {
                    found
                        .set(name.get(), written.get())
                        .ok_or_else(|| A::Error::custom("a member has the wrong type"))?;
                }
                Ok(found)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl Introspection {
    /// Takes one member over; `None` where its type is wrong.
    fn set(&mut self, name: &str, written: &str) -> Option<()> {
        let Value::Str(name) = decode_json(name.as_bytes()).ok()? else {
            return None;
        };
        match folded_member_name(&name).as_str() {
            "active" => self.active = flag(written)?.unwrap_or(self.active),
            "exp" => self.expires = integer(written)?.unwrap_or(self.expires),
            "ext" => match decode_json(written.as_bytes()).ok()? {
                Value::Nil => self.extra.clear(),
                Value::Map(extra) => self.extra.extend(Arc::unwrap_or_clone(extra)),
                _ => return None,
            },
            "aud" => self.audience = audience(written)?,
            "sub" => text(written, &mut self.subject)?,
            "username" => text(written, &mut self.username)?,
            "iss" => text(written, &mut self.issuer)?,
            "client_id" => text(written, &mut self.client_id)?,
            "scope" => text(written, &mut self.scope)?,
            "token_use" => text(written, &mut self.token_use)?,
            // Looked at for its type alone.
            "token_type" => text(written, &mut Arc::default())?,
            _ => {}
        }
        Some(())
    }
}

fn text(written: &str, place: &mut Arc<str>) -> Option<()> {
    match decode_json(written.as_bytes()).ok()? {
        Value::Nil => {}
        Value::Str(text) => *place = text,
        _ => return None,
    }
    Some(())
}

fn flag(written: &str) -> Option<Option<bool>> {
    match written {
        "null" => Some(None),
        written => written.parse().ok().map(Some),
    }
}

/// Without fraction and exponent.
fn integer(written: &str) -> Option<Option<i64>> {
    match written {
        "null" => Some(None),
        written => written.parse().ok().map(Some),
    }
}

/// A string, or a list of nothing but strings.
fn audience(written: &str) -> Option<Vec<Arc<str>>> {
    match decode_json(written.as_bytes()).ok()? {
        Value::Str(one) => Some(vec![one]),
        Value::List(several) => several
            .iter()
            .map(|item| match item {
                Value::Str(text) => Some(Arc::clone(text)),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// How much the kept answers may take together, in bytes and roughly.
const CAPACITY: usize = 4 << 20;

/// Answers that are kept, by the whole request for them and the gate's own client that made it.
/// Neither a token nor an address is held.
pub(crate) struct KeptIntrospections(BoundedCache<CacheKey, Kept>);

#[derive(Clone)]
struct Kept {
    introspection: Arc<Introspection>,
    since: SystemTime,
}

impl Default for KeptIntrospections {
    fn default() -> Self {
        Self(BoundedCache::new(CAPACITY))
    }
}

impl fmt::Debug for KeptIntrospections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl KeptIntrospections {
    /// An answer that is no older than `ttl`.
    pub(super) fn get(
        &self,
        key: &CacheKey,
        ttl: Option<Duration>,
        now: SystemTime,
    ) -> Option<Arc<Introspection>> {
        let is_young = |kept: &Kept| {
            ttl.is_none_or(|ttl| now.duration_since(kept.since).is_ok_and(|age| age <= ttl))
        };
        self.0.get(key, is_young).map(|kept| kept.introspection)
    }

    /// Keeps an answer that took so many bytes, where about `most` of them may be kept.
    pub(super) fn insert(
        &self,
        key: CacheKey,
        introspection: Arc<Introspection>,
        bytes: usize,
        most: usize,
        now: SystemTime,
    ) {
        // What was read takes more room than its text.
        let weight = (512 + bytes.saturating_mul(4)).max(CAPACITY / 2 / most.max(1));
        let kept = Kept {
            introspection,
            since: now,
        };
        self.0.insert_weighing(key, kept, weight);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(body: &str) -> Option<Introspection> {
        Introspection::read(body.as_bytes())
    }

    #[test]
    fn it_reads_as_go_does() {
        let found = read(
            r#"{"ACTIVE":true,"\ud800":1,"ſub":"x","sub":"a","sub":null,"exp":5,"aud":"b","ext":{"n":1},
                "EXT":{"m":"\ud800"},"scope":"r w","client_id":"c","nbf":"?"} and more"#,
        )
        .unwrap();
        assert!(found.active);
        assert_eq!((&*found.subject, found.expires), ("a", 5));
        assert_eq!(found.scopes(), ["r", "w"]);
        assert_eq!(
            Value::from(found.session_extra()),
            Value::map([
                ("n", 1.0.into()),
                ("m", "\u{fffd}".into()),
                ("username", "".into()),
                ("client_id", "c".into()),
                ("scope", "r w".into()),
                ("aud", Value::strings(["b"])),
            ])
        );
        let empty = read("{}").unwrap();
        assert!(!empty.active);
        assert_eq!(empty.scopes(), [""]);
        assert!(!empty.session_extra().contains_key("aud"));
        assert!(
            read(r#"{"ext":{"n":1},"ext":null}"#)
                .unwrap()
                .extra
                .is_empty()
        );
        assert_eq!(
            &*Introspection::read(b"{\"sub\":\"\xff\"}").unwrap().subject,
            "\u{fffd}"
        );
    }

    #[test]
    fn it_ends_when_it_says_so() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_000_500);
        for (expires, over) in [
            (i64::MIN, false),
            (-1, false),
            (0, false),
            (1, true),
            (1000, true),
            (1001, false),
            (LAST_SECOND, false),
            (LAST_SECOND + 1, true),
            (i64::MAX, true),
        ] {
            let token = Introspection {
                expires,
                ..Introspection::default()
            };
            assert_eq!(token.has_expired(now), over, "{expires}");
        }
    }

    #[test]
    fn it_refuses_what_has_another_type() {
        for body in [
            "",
            "null",
            "[]",
            "true",
            "<html>",
            "{\"active\":true",
            r#"{"active":"true"}"#,
            r#"{"active":1}"#,
            r#"{"sub":1}"#,
            r#"{"username":[]}"#,
            r#"{"iss":{}}"#,
            r#"{"client_id":true}"#,
            r#"{"scope":["a"]}"#,
            r#"{"token_use":1}"#,
            r#"{"token_type":1}"#,
            r#"{"exp":"1"}"#,
            r#"{"exp":1.0}"#,
            r#"{"exp":1e3}"#,
            r#"{"exp":9223372036854775808}"#,
            r#"{"ext":[]}"#,
            r#"{"ext":"a"}"#,
            r#"{"aud":null}"#,
            r#"{"aud":1}"#,
            r#"{"aud":["a",1]}"#,
            r#"{"aud":{}}"#,
        ] {
            assert!(read(body).is_none(), "{body}");
        }
    }

    #[test]
    fn it_keeps_an_answer_for_as_long_as_who_asks_allows() {
        let kept = KeptIntrospections::default();
        let key = CacheKey::of("token");
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let keep = || kept.insert(key, Arc::default(), 100, 1, at(100));
        keep();
        let young = |ttl: Option<u64>, now| {
            kept.get(&key, ttl.map(Duration::from_secs), at(now))
                .is_some()
        };
        assert!(young(None, 9999));
        assert!(young(Some(10), 110));
        assert!(!young(Some(10), 111));
        keep();
        assert!(!young(Some(10), 99), "a clock that was set back");
        keep();
        assert!(kept.get(&CacheKey::of("another"), None, at(100)).is_none());
    }

    #[test]
    fn it_keeps_about_as_many_as_it_may() {
        let kept = KeptIntrospections::default();
        let now = SystemTime::UNIX_EPOCH;
        for number in 0..100 {
            let key = CacheKey::of(&number);
            kept.insert(key, Arc::default(), 10, 10, now);
        }
        let held = (0..100)
            .filter(|number| kept.get(&CacheKey::of(number), None, now).is_some())
            .count();
        assert!((10..=20).contains(&held), "{held}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body: Vec<u8>) {
            let _ = Introspection::read(&body);
        }
    }
}
