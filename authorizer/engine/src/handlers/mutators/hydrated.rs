//! The session that a hydrator's service answers with, decoded as Go's
//! [`encoding/json`](https://pkg.go.dev/encoding/json#Unmarshal) fills a struct: names in any case,
//! what is unknown is passed over, and a member that comes again adds to what the first one filled.

use std::{collections::BTreeSet, fmt, sync::Arc};

use oathgate_gostd::{
    Header, NoValues, Url, UserInfo, canonical_header_name, decode_json, folded_member_name,
};
use oathgate_gotemplate::Value;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use thiserror::Error;

use crate::{Session, session::MatchContext};

/// A response that is not a session. Shows nothing of its content.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the response of the hydrator's service is not a session: {0}")]
pub(super) struct NoSession(&'static str);

/// Reads a session from the start of an answer; text behind it does no harm.
pub(super) fn read(answer: &[u8]) -> Result<Session, NoSession> {
    let answer = String::from_utf8_lossy(answer);
    let mut reader = serde_json::Deserializer::from_str(&answer);
    let written = Box::<RawValue>::deserialize(&mut reader).map_err(|_| NoSession("no JSON"))?;
    let mut session = Session::default();
    for (name, value) in Members::of(&written)?.0 {
        match folded_member_name(&name).as_str() {
            "subject" => assign(value, &mut session.subject)?,
            "extra" => match self::value(value)? {
                Value::Nil => session.extra = None,
                Value::Map(extra) => {
                    let known = session.extra.take().map(Arc::unwrap_or_clone);
                    let mut all = known.unwrap_or_default();
                    all.extend(Arc::unwrap_or_clone(extra));
                    session.extra = Some(Arc::new(all));
                }
                _ => return Err(OTHER_KIND),
            },
            "header" => header(value, &mut session.header)?,
            "match_context" => match_context(value, Arc::make_mut(&mut session.match_context))?,
            _ => {}
        }
    }
    session.vouched = session
        .header
        .by_name()
        .into_keys()
        .map(|name| canonical_header_name(name).into_owned())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    Ok(session)
}

fn match_context(written: &RawValue, context: &mut MatchContext) -> Result<(), NoSession> {
    for (name, value) in Members::of(written)?.0 {
        match folded_member_name(&name).as_str() {
            "regexp_capture_groups" => context.regexp_capture_groups = texts(value)?,
            "url" => url(value, &mut context.url)?,
            "method" => assign(value, &mut context.method)?,
            "header" => header(value, &mut context.header)?,
            _ => {}
        }
    }
    Ok(())
}

/// A Go `url.URL`, member by member. A user's name and password are not among them.
fn url(written: &RawValue, place: &mut Option<Url>) -> Result<(), NoSession> {
    let Some(members) = Members::read(written)? else {
        *place = None;
        return Ok(());
    };
    let url = place.get_or_insert_default();
    for (name, value) in members.0 {
        match folded_member_name(&name).as_str() {
            "scheme" => assign(value, &mut url.scheme)?,
            "opaque" => assign(value, &mut url.opaque)?,
            "user" => url.user = Members::read(value)?.map(|_| UserInfo::default()),
            "host" => assign(value, &mut url.host)?,
            "path" => assign(value, &mut url.path)?,
            "rawpath" => assign(value, &mut url.raw_path)?,
            "rawquery" => assign(value, &mut url.raw_query)?,
            "fragment" => assign(value, &mut url.fragment)?,
            "rawfragment" => assign(value, &mut url.raw_fragment)?,
            "forcequery" => assign_flag(value, &mut url.force_query)?,
            "omithost" => assign_flag(value, &mut url.omit_host)?,
            _ => {}
        }
    }
    Ok(())
}

/// Headers, under the names they are told by: one that is not written as Go writes it is there and can
/// never be asked for. One with an empty list, or with `null` for a list, is there without a value.
fn header(written: &RawValue, header: &mut Header) -> Result<(), NoSession> {
    let Some(members) = Members::read(written)? else {
        *header = Header::default();
        return Ok(());
    };
    header.make();
    for (name, value) in members.0 {
        match texts(value)? {
            None => header.put_bare(&name, NoValues::Nil),
            Some(values) if values.is_empty() => header.put_bare(&name, NoValues::Empty),
            Some(values) => header.put_verbatim(&name, values),
        }
    }
    Ok(())
}

/// A list of texts; `None` of `null`.
fn texts(written: &RawValue) -> Result<Option<Vec<String>>, NoSession> {
    let item = |item: &Value| match item {
        Value::Nil => Ok(String::new()),
        Value::Str(text) => Ok(text.to_string()),
        _ => Err(OTHER_KIND),
    };
    match value(written)? {
        Value::Nil => Ok(None),
        Value::List(items) => items.iter().map(item).collect::<Result<_, _>>().map(Some),
        _ => Err(OTHER_KIND),
    }
}

fn assign(written: &RawValue, place: &mut String) -> Result<(), NoSession> {
    match value(written)? {
        Value::Nil => {}
        Value::Str(text) => *place = text.to_string(),
        _ => return Err(OTHER_KIND),
    }
    Ok(())
}

fn assign_flag(written: &RawValue, place: &mut bool) -> Result<(), NoSession> {
    match value(written)? {
        Value::Nil => {}
        Value::Bool(flag) => *place = flag,
        _ => return Err(OTHER_KIND),
    }
    Ok(())
}

const OTHER_KIND: NoSession = NoSession("a member is of another kind");

fn value(written: &RawValue) -> Result<Value, NoSession> {
    decode_json(written.get().as_bytes()).map_err(|_| NoSession("no JSON"))
}

/// The members of an object, in order and with repeats.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The members of an object; none of `null`.
    fn of(written: &'a RawValue) -> Result<Self, NoSession> {
        Ok(Self::read(written)?.unwrap_or(Self(Vec::new())))
    }

    fn read(written: &'a RawValue) -> Result<Option<Self>, NoSession> {
        serde_json::from_str(written.get()).map_err(|_| NoSession("no object where one belongs"))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(answer: &str) -> Vec<(String, String)> {
        let session = read(answer.as_bytes()).expect("a session");
        let found = session.header.as_found();
        let pairs = found.iter();
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn it_reads_names_in_any_case_and_takes_the_last() {
        let session = read(br#"{"SUBJECT":"a","subject":"b","Extra":{"x":1},"subject":null} tail"#);
        let session = session.expect("a session");
        assert_eq!(session.subject, "b");
        let odd = read(b"{\"subject\":\"\\ud800\xff\"}").expect("a session");
        assert_eq!(odd.subject, "\u{fffd}\u{fffd}");
        assert_eq!(session.extra.unwrap().get("x"), Some(&Value::Float(1.0)));
        let twice = read(br#"{"extra":{"x":1,"y":1},"extra":{"y":2}}"#).expect("a session");
        assert_eq!(
            Value::Map(twice.extra.unwrap()).to_json(),
            serde_json::json!({"x": 1, "y": 2})
        );
        assert!(
            read(br#"{"extra":{"x":1},"extra":null}"#)
                .expect("a session")
                .extra
                .is_none()
        );
    }

    #[test]
    fn it_reads_headers_that_can_be_asked_for() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let answer = r#"{"header":{"X-A":["1","2"],"x-b":["3"],"X-C":[],"X-D":null,"x-a":["9"]}}"#;
        assert_eq!(
            headers(answer),
            [
                pair("X-A", "1"),
                pair("X-A", "2"),
                pair("X-B", ""),
                pair("X-C", ""),
                pair("X-D", "")
            ]
        );
    }

    #[test]
    fn it_reads_a_match_context() {
        let answer =
            br#"{"match_context":{"url":{"Scheme":"http","host":"h","Path":"/p","User":{}},
            "method":"PURGE","regexp_capture_groups":["a",null],"header":{"X-A":["1"]}}}"#;
        let context = read(answer).expect("a session").match_context;
        assert_eq!(context.method, "PURGE");
        assert_eq!(context.regexp_capture_groups.as_deref().unwrap(), ["a", ""]);
        assert_eq!(context.header.get("X-A"), Some("1"));
        let url = context.url.as_ref().unwrap();
        assert_eq!(
            (url.scheme.as_str(), url.host.as_str(), url.path.as_str()),
            ("http", "h", "/p")
        );
    }

    #[test]
    fn it_refuses_what_is_no_session() {
        for answer in [
            "",
            "x",
            "[]",
            "5",
            "\"guest\"",
            "{\"subject\":7}",
            "{\"extra\":[1]}",
            "{\"extra\":\"x\"}",
            "{\"header\":{\"X\":\"y\"}}",
            "{\"header\":{\"X\":[1]}}",
            "{\"subject\":\"guest\"",
            "{\"match_context\":{\"url\":\"http://h/\"}}",
            "{\"match_context\":{\"url\":{\"User\":\"u\"}}}",
        ] {
            assert!(read(answer.as_bytes()).is_err(), "{answer}");
        }
        assert_eq!(read(b"null").expect("a session").subject, "");
    }
}
