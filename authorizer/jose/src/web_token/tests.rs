use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

mod dates;

fn token(header: &str, payload: &str) -> String {
    let [header, payload] = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{header}.{payload}.AAAA")
}

fn defect(token: &str) -> Option<WebTokenError> {
    WebToken::read(token).err()
}

#[test]
fn a_malformed_token_is_refused_with_its_defect() {
    let rs256 = r#"{"alg":"RS256"}"#;
    for (token, want) in [
        (String::new(), WebTokenError::Parts),
        ("a.b".to_owned(), WebTokenError::Parts),
        (token(rs256, "{}") + ".x", WebTokenError::Parts),
        ("..".to_owned(), WebTokenError::Json("header")),
        ("=.e30.AAAA".to_owned(), WebTokenError::Base64("header")),
        ("é.e30.AAAA".to_owned(), WebTokenError::Base64("header")),
        (token("[]", "{}"), WebTokenError::Json("header")),
        (token("{} {}", "{}"), WebTokenError::Json("header")),
        (token(rs256, "\"a\""), WebTokenError::Json("payload")),
        (token(rs256, "{}") + "=", WebTokenError::Base64("signature")),
        (token(rs256, "{}") + "+", WebTokenError::Base64("signature")),
        (token("null", "{}"), WebTokenError::Algorithm),
        (token(r#"{"ALG":"RS256"}"#, "{}"), WebTokenError::Algorithm),
        (
            token(r#"{"alg":["RS256"]}"#, "{}"),
            WebTokenError::Algorithm,
        ),
        (token(r#"{"alg":"rs256"}"#, "{}"), WebTokenError::Algorithm),
        (
            token(r#"{"alg":"RS256","crit":["exp"]}"#, "{}"),
            WebTokenError::Critical,
        ),
        (
            token(r#"{"alg":"RS256","crit":[]}"#, "{}"),
            WebTokenError::Critical,
        ),
    ] {
        assert_eq!(defect(&token), Some(want), "{token}");
    }
}

#[test]
fn it_reads_what_go_reads() {
    for good in [
        token(r#"{"alg":"RS256","kid":"a","kid":"b"}"#, "null"),
        token("\n{ \"alg\" : \"none\" }\n", r#"{"alg":1}"#),
        token(r#"{"alg":"EdDSA"}"#, "{}").replace(".AAAA", ".AAB\n"),
        token(r#"{"alg":"HS256"}"#, "{}").replace(".AAAA", "."),
    ] {
        assert_eq!(defect(&good), None, "{good}");
    }
    let key_id = |header| WebToken::read(&token(header, "{}")).unwrap().key_id;
    assert_eq!(
        key_id(r#"{"alg":"RS256","kid":"ключ"}"#).as_deref(),
        Some("ключ")
    );
    for none in [
        r#"{"alg":"RS256"}"#,
        r#"{"alg":"RS256","kid":""}"#,
        r#"{"alg":"RS256","kid":7}"#,
        r#"{"alg":"RS256","KID":"a"}"#,
    ] {
        assert_eq!(key_id(none), None);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text: String) {
        let _ = WebToken::read(&text);
    }

    #[test]
    fn any_parts_are_read_or_refused(header: Vec<u8>, payload: Vec<u8>, signature: Vec<u8>) {
        let parts = [header, payload, signature].map(|part| URL_SAFE_NO_PAD.encode(part));
        let _ = WebToken::read(&parts.join("."));
    }
}
