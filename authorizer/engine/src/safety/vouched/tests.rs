use super::*;
use crate::ReasonCode;

fn vouched(headers: &[&str]) -> VouchedHeaders {
    with_options(headers, &VouchedHeaderOptions::default())
}

fn with_options(headers: &[&str], options: &VouchedHeaderOptions) -> VouchedHeaders {
    let manifest = Manifest {
        vouched: headers.iter().copied().map(str::to_owned).collect(),
        cookies: vec!["user".to_owned()],
        ..Manifest::default()
    };
    VouchedHeaders::new(&manifest, options)
}

fn left_to_clients(headers: &[&str]) -> VouchedHeaderOptions {
    VouchedHeaderOptions {
        client_headers: headers.iter().map(|&name| name.to_owned()).collect(),
        ..VouchedHeaderOptions::default()
    }
}

fn grant(headers: &[(&str, &str)]) -> Grant {
    let mut vouched: Vec<String> = Vec::new();
    for (name, _) in headers {
        if !vouched.iter().any(|known| known == name) {
            vouched.push((*name).to_owned());
        }
    }
    Grant {
        header: headers.iter().copied().collect(),
        vouched,
        for_backend: None,
    }
}

fn client(headers: &[(&str, &str)]) -> Header {
    headers.iter().copied().collect()
}

fn received(vouched: &VouchedHeaders, grant: &Grant, sent: &[(&str, &str)]) -> Vec<String> {
    let all = vouched.for_backend(grant, &client(sent)).unwrap();
    all.iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect()
}

fn refused(vouched: &VouchedHeaders, sent: &[(&str, &str)]) -> Option<ReasonCode> {
    let request = Request {
        header: client(sent),
        ..Request::default()
    };
    let found = vouched.check_client(&request);
    found.err().map(|forgery| forgery.code())
}

#[test]
fn every_vouched_header_has_a_value() {
    let mut granted = grant(&[("X-User", "alice"), ("X-Empty", "")]);
    granted.header.add("Accept", "*/*");
    assert_eq!(
        received(
            &vouched(&["X-User", "authorization", "x-empty"]),
            &granted,
            &[]
        ),
        ["Authorization: none", "X-Empty: none", "X-User: alice"]
    );
}

#[test]
fn what_noop_copies_from_the_client_is_not_vouched_for() {
    let mut granted = grant(&[]);
    granted.header.add("X-User", "mallory");
    assert_eq!(
        received(&vouched(&["X-User"]), &granted, &[]),
        ["X-User: none"]
    );
}

#[test]
fn a_client_keeps_its_own_value_only_where_the_stage_says_so_and_the_rule_sets_none() {
    let all = with_options(
        &["Authorization", "X-User"],
        &left_to_clients(&["authorization"]),
    );
    let sent = [
        ("AUTHORIZATION", "Basic a"),
        ("x-user", "mallory"),
        ("authorization", "Basic b"),
    ];
    assert_eq!(
        received(&all, &grant(&[]), &sent),
        ["Authorization: Basic a, Basic b", "X-User: none"]
    );
    assert_eq!(received(&all, &grant(&[]), &[])[0], "Authorization: none");
    let signed = grant(&[("Authorization", "Bearer c")]);
    assert_eq!(received(&all, &signed, &sent)[0], "Authorization: Bearer c");
    let set_to_nothing = grant(&[("Authorization", "")]);
    assert_eq!(
        received(&all, &set_to_nothing, &sent)[0],
        "Authorization: none"
    );
    let odd = client(&[("Authorization", "a\0b")]);
    assert!(all.for_backend(&grant(&[]), &odd).is_err());
}

#[test]
fn a_client_keeps_its_cookies_behind_a_rule_that_sets_none() {
    let all = vouched(&["Cookie"]);
    let own = |sent: &[(&str, &str)]| received(&all, &grant(&[]), sent).concat();
    let sent_twice = [
        ("cookie", "sid=1; user=admin"),
        ("Cookie", "USER=root; theme=dark"),
    ];
    assert_eq!(own(&sent_twice), "Cookie: sid=1; theme=dark");
    assert_eq!(own(&[("Cookie", "user=admin")]), "Cookie: none");
    assert_eq!(own(&[("Cookie", "a=\u{0}")]), "Cookie: none");
    assert_eq!(own(&[]), "Cookie: none");
    let set = grant(&[("Cookie", "user=ada")]);
    assert_eq!(received(&all, &set, &sent_twice), ["Cookie: user=ada"]);
}

#[test]
fn a_header_that_only_a_service_named_has_a_value_too() {
    assert_eq!(
        received(&vouched(&["X-User"]), &grant(&[("X-Plan", "gold")]), &[]),
        ["X-User: none", "X-Plan: gold"]
    );
}

#[test]
fn a_token_travels_in_the_header_that_the_stage_names() {
    let options = VouchedHeaderOptions {
        token_header: Some("x-token".to_owned()),
        ..VouchedHeaderOptions::default()
    };
    let all = with_options(&["Authorization", "X-User"], &options);
    let signed = grant(&[("Authorization", "Bearer a")]);
    let sent = [("authorization", "Bearer of the client")];
    assert_eq!(
        received(&all, &signed, &sent),
        ["X-Token: Bearer a", "X-User: none"]
    );
    assert_eq!(
        received(&all, &grant(&[]), &sent),
        ["X-Token: none", "X-User: none"]
    );
    // A hydrator's, which no mapping knows of.
    assert_eq!(
        received(&with_options(&["X-User"], &options), &signed, &[]),
        ["X-User: none", "X-Token: Bearer a"]
    );
    for name in ["X-Token", "x-token", "X_TOKEN"] {
        assert!(refused(&all, &[(name, "a")]).is_some(), "{name}");
    }
    assert_eq!(refused(&all, &[("Authorization", "a")]), None);
    let both = grant(&[("Authorization", "Bearer a"), ("X-Token", "b")]);
    assert_eq!(
        all.for_backend(&both, &client(&[])),
        Err(ValueError::SetTwice("X-Token".to_owned()))
    );
}

#[test]
fn several_values_become_one() {
    let granted = grant(&[
        ("X-Role", "a"),
        ("X-Role", "b"),
        ("Cookie", "a=1"),
        ("Cookie", "b=2"),
    ]);
    assert_eq!(
        received(&vouched(&[]), &granted, &[]),
        ["X-Role: a, b", "Cookie: a=1; b=2"]
    );
}

#[test]
fn a_value_that_is_the_placeholder_is_refused() {
    let placeholder = ValueError::Placeholder("X-User".to_owned());
    let refused = |options: &VouchedHeaderOptions, value| {
        let all = with_options(&["X-User"], options);
        all.for_backend(&grant(&[("X-User", value)]), &client(&[]))
            .err()
    };
    let default = VouchedHeaderOptions::default();
    assert_eq!(refused(&default, "none"), Some(placeholder.clone()));
    let other = VouchedHeaderOptions {
        placeholder: "-".to_owned(),
        ..default
    };
    assert_eq!(refused(&other, "-"), Some(placeholder));
    assert_eq!(refused(&other, "none"), None);
}

#[test]
fn a_value_that_would_reach_the_backend_as_another_one_is_refused() {
    for value in [
        "a\0b",
        "a\u{7f}",
        "a\u{85}b",
        "a\u{F7FF}",
        "a\u{F780}",
        " a",
        "a\t",
        " \t ",
        "a\nb",
        "a\r\nX-Admin: 1",
        "a\n",
    ] {
        let found = vouched(&["X-User"]).for_backend(&grant(&[("X-User", value)]), &client(&[]));
        assert_eq!(
            found,
            Err(ValueError::Character("X-User".to_owned())),
            "{value:?}"
        );
    }
    for value in ["a\tb", "grün", "\u{F77F}", "\u{F800}"] {
        let found = vouched(&["X-User"]).for_backend(&grant(&[("X-User", value)]), &client(&[]));
        assert!(found.is_ok(), "{value:?}");
    }
}

#[test]
fn a_client_that_sends_a_vouched_header_is_refused() {
    let names = ["X-User", "Authorization", "Cookie", "X-Note"];
    let replacing = VouchedHeaderOptions {
        forged: ForgedHeaders::Replace,
        ..VouchedHeaderOptions::default()
    };
    let leaving = left_to_clients(&["x-note"]);
    let refused = |options, name| {
        refused(
            &with_options(&names, options),
            &[("Accept", "*/*"), (name, "a")],
        )
    };
    for name in ["X-User", "x-user", "X-USER", "x-UsEr"] {
        assert_eq!(
            refused(&leaving, name),
            Some(ReasonCode::ForgedHeader),
            "{name}"
        );
        assert_eq!(refused(&replacing, name), None, "{name}");
    }
    for name in ["X_User", "X-User "] {
        for options in [&leaving, &replacing] {
            assert_eq!(
                refused(options, name),
                Some(ReasonCode::MimickingHeader),
                "{name}"
            );
        }
    }
    for name in [
        "authorization",
        "Cookie",
        "COOKIE",
        "x-note",
        "X-Note",
        "X-Users",
    ] {
        assert_eq!(refused(&leaving, name), None, "{name}");
    }
    let default = VouchedHeaderOptions::default();
    assert_eq!(refused(&default, "x-note"), Some(ReasonCode::ForgedHeader));
}

#[test]
fn the_header_of_the_backend_s_secret_is_never_the_client_s_to_send() {
    let options = VouchedHeaderOptions {
        secret_header: Some("x-gate-secret".to_owned()),
        forged: ForgedHeaders::Replace,
        client_headers: vec!["X-Gate-Secret".to_owned()],
        ..VouchedHeaderOptions::default()
    };
    let all = with_options(&["X-User"], &options);
    for (name, code) in [
        ("X-Gate-Secret", ReasonCode::ForgedHeader),
        ("x-gate-secret", ReasonCode::ForgedHeader),
        ("X_Gate_Secret", ReasonCode::MimickingHeader),
    ] {
        assert_eq!(refused(&all, &[(name, "a")]), Some(code), "{name}");
    }
}

#[test]
fn what_the_gateway_sets_is_not_the_client_s_to_send() {
    let all = vouched(&["X-User"]);
    for name in ["X-Connection-Id", "x-connection-id", "X_CONNECTION_ID"] {
        let mut request = Request {
            header: client(&[(name, "a")]),
            ..Request::default()
        };
        assert!(all.check_client(&request).is_ok(), "{name}");
        request.set_by_gateway = &["X-Connection-Id"];
        assert!(all.check_client(&request).is_err(), "{name}");
    }
}

#[test]
fn a_header_that_only_a_service_named_is_not_the_client_s_to_send() {
    let all = vouched(&["X-User"]);
    let set = grant(&[("X-Plan", "gold"), ("X-Plan", "new")]);
    let code = |sent: &[(&str, &str)]| {
        let found = all.check_unlisted(&set, &client(sent));
        found.err().map(|forgery| forgery.code())
    };
    assert_eq!(code(&[("Accept", "*/*")]), None);
    assert_eq!(code(&[("x-plan", "gold"), ("X-Plan", "new")]), None);
    assert_eq!(code(&[("X-Plan", "gold")]), Some(ReasonCode::ForgedHeader));
    assert_eq!(code(&[("x-plan", "free")]), Some(ReasonCode::ForgedHeader));
    assert_eq!(
        code(&[("X_Plan", "gold")]),
        Some(ReasonCode::MimickingHeader)
    );
    let token = grant(&[("Authorization", "Bearer a")]);
    let sent = client(&[("authorization", "Bearer b")]);
    assert_eq!(all.check_unlisted(&token, &sent), Ok(()));
    let replacing = VouchedHeaderOptions {
        forged: ForgedHeaders::Replace,
        ..VouchedHeaderOptions::default()
    };
    let all = with_options(&["X-User"], &replacing);
    assert_eq!(
        all.check_unlisted(&set, &client(&[("X-Plan", "free")])),
        Ok(())
    );
}
