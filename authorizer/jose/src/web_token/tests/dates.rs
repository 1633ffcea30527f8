//! At which moments a token's dates let it pass, to the bound and one step beyond it.

use std::time::Duration;

use super::*;

/// What a payload's dates give at a moment, in milliseconds since 1970.
fn check(payload: &str, now: i64) -> Result<(), WebTokenError> {
    let since = Duration::from_millis(now.unsigned_abs());
    let now = if now < 0 {
        SystemTime::UNIX_EPOCH - since
    } else {
        SystemTime::UNIX_EPOCH + since
    };
    let token = WebToken::read(&token(r#"{"alg":"RS256"}"#, payload)).unwrap();
    token.check_dates(now)
}

#[test]
fn a_token_is_valid_until_the_second_of_its_exp_begins() {
    for (payload, last_valid) in [
        (r#"{"exp":1000}"#, 999_999),
        (r#"{"exp":1000.0}"#, 999_999),
        // Fractions are cut off: a token never lives longer than it says.
        (r#"{"exp":1000.9}"#, 999_999),
        (r#"{"exp":1e3}"#, 999_999),
        (r#"{"exp":1}"#, 999),
        (r#"{"exp":0.5}"#, -1),
        (r#"{"exp":-1}"#, -1001),
        (r#"{"exp":-0.5}"#, -1001),
    ] {
        assert_eq!(check(payload, last_valid), Ok(()), "{payload}");
        let expired = Err(WebTokenError::Expired);
        assert_eq!(check(payload, last_valid + 1), expired, "{payload}");
    }
}

#[test]
fn a_token_is_valid_from_the_second_of_its_nbf_and_iat_on() {
    for (value, first_valid) in [
        ("1000", 1_000_000),
        ("1000.0", 1_000_000),
        ("1000.9", 1_000_000),
        ("1", 1000),
        ("0.5", 0),
        ("-1", -1000),
        ("-0.5", -1000),
    ] {
        for (claim, error) in [
            ("nbf", WebTokenError::Early),
            ("iat", WebTokenError::Unissued),
        ] {
            let payload = format!(r#"{{"{claim}":{value}}}"#);
            assert_eq!(check(&payload, first_valid), Ok(()), "{payload}");
            assert_eq!(check(&payload, first_valid - 1), Err(error), "{payload}");
        }
    }
}

#[test]
fn the_first_date_that_does_not_hold_is_the_error() {
    for (payload, want) in [
        (r#"{"exp":1,"nbf":9,"iat":9}"#, WebTokenError::Expired),
        (r#"{"exp":9,"nbf":9,"iat":9}"#, WebTokenError::Early),
        (r#"{"exp":9,"nbf":1,"iat":9}"#, WebTokenError::Unissued),
    ] {
        assert_eq!(check(payload, 5000), Err(want), "{payload}");
    }
    assert_eq!(check(r#"{"exp":6,"nbf":5,"iat":5}"#, 5000), Ok(()));
}

#[test]
fn a_missing_date_and_a_date_of_zero_are_not_checked() {
    for payload in [
        "{}",
        r#"{"exp":0,"nbf":0,"iat":0}"#,
        r#"{"exp":0e9,"nbf":-0.0,"iat":0.0}"#,
    ] {
        for now in [-5000, 0, 5000] {
            assert_eq!(check(payload, now), Ok(()), "{payload} at {now}");
        }
    }
}

#[test]
fn a_date_is_a_number_that_go_can_turn_into_a_time() {
    // The last second that fits into an i64 counted from the year 1, as Go counts, in seconds since 1970.
    let beyond = 9_223_371_974_719_179_007_i64 as f64;
    let last = f64::from_bits(beyond.to_bits() - 1);
    for claim in ["exp", "nbf", "iat"] {
        let date = |value: &str| check(&format!(r#"{{"{claim}":{value}}}"#), 1000);
        let refused = Err(WebTokenError::Date(claim));
        for value in [
            r#""2000""#,
            "null",
            "true",
            "[1]",
            "{}",
            "1e300",
            &beyond.to_string(),
        ] {
            assert_eq!(date(value), refused, "{claim} {value}");
        }
        assert_ne!(date(&last.to_string()), refused, "{claim}");
        assert_ne!(date("-1e300"), refused, "{claim}");
    }
}
