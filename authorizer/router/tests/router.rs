//! What the router answers, case by case.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    reason = "a test may stop at the first surprise"
)]

mod one_by_one;

use std::{borrow::Cow, sync::Arc};

use oathgate_router::{
    CheckedRoutes, Found, LoadError, RouteBytes, RouteEntry, RouteError, Router,
};
use oathgate_url_pattern::{Pattern, Strategy};
use one_by_one::{broken_index, check, entry};

#[test]
fn a_broken_pattern_breaks_only_its_methods_and_comes_before_any_match() {
    let router = Router::build(
        Strategy::Regexp,
        [
            entry(&["GET", "POST"], "https://a/x"),
            entry(&["post", "PUT"], "https://a/<(>"),
        ],
    );
    assert_eq!(router.find("GET", "https://a/x"), Found::One(0));
    assert_eq!(broken_index(&router.find("POST", "https://a/x")), 1);
    assert_eq!(broken_index(&router.find("put", "https://b/")), 1);
    assert_eq!(router.find("DELETE", "https://a/x"), Found::None);
    assert_eq!(router.broken().len(), 1);
    assert_eq!(router.broken()[0].index, 1);
}

#[test]
fn a_rule_without_match_breaks_every_request() {
    let router = Router::build(
        Strategy::Regexp,
        [entry(&["GET"], "https://a/x"), RouteEntry::default()],
    );
    assert_eq!(broken_index(&router.find("GET", "https://a/x")), 1);
    assert_eq!(broken_index(&router.find("ANY", "https://b/y")), 1);
}

#[test]
fn an_empty_pattern_is_broken() {
    assert_eq!(
        broken_index(
            &Router::build(Strategy::Glob, [entry(&["GET"], "")]).find("GET", "https://a/")
        ),
        0
    );
}

#[test]
fn a_rule_without_methods_matches_nothing_but_its_mistake_is_reported() {
    let router = Router::build(Strategy::Regexp, [entry(&[], "https://a/<(>")]);
    assert_eq!(router.find("GET", "https://a/x"), Found::None);
    assert_eq!(router.broken().len(), 1);
}

#[test]
fn methods_are_compared_as_go_folds_them() {
    let router = Router::build(
        Strategy::Regexp,
        [entry(&["Kiſs"], "a"), entry(&["ÄÖ"], "a")],
    );
    assert_eq!(router.find("KISS", "a"), Found::One(0));
    assert_eq!(router.find("\u{212a}iss", "a"), Found::One(0));
    assert_eq!(router.find("äö", "a"), Found::One(1));
}

#[test]
fn several_rules_are_given_in_order() {
    let router = Router::build(
        Strategy::Regexp,
        [
            entry(&["GET"], "https://a/<.*>"),
            entry(&["GET"], "<.*>"),
            entry(&["GET"], "https://a/b"),
            entry(&["PUT"], "https://a/b"),
        ],
    );
    assert_eq!(
        router.find("GET", "https://a/b"),
        Found::Many(vec![0, 1, 2])
    );
    assert_eq!(router.find("GET", "https://a/c"), Found::Many(vec![0, 1]));
    assert_eq!(router.find("GET", "http://a/c"), Found::One(1));
}

#[test]
fn a_search_without_end_is_given_up_and_refused() {
    let hopeless = r"x/<(?=((a|b|ab)*)*c)[a-z]+>";
    let url = format!("x/{}", "ab".repeat(40));
    let pattern = Pattern::compile(Strategy::Regexp, hopeless).unwrap();
    assert!(pattern.is_risky());
    assert!(pattern.matches(&url).is_err());
    let router = Router::build(
        Strategy::Regexp,
        [entry(&["GET"], "x/<[a-z]+>"), entry(&["GET"], hopeless)],
    );
    assert_eq!(broken_index(&router.find("GET", &url)), 1);
}

#[test]
fn patterns_matched_in_one_pass_answer_as_the_engine_does() {
    let mut urls = vec![String::new()];
    for length in 0..5 {
        let longer: Vec<String> = urls
            .iter()
            .filter(|url| url.len() == length)
            .flat_map(|url| ["a", "b", "c", "/", "1"].map(|c| format!("{url}{c}")))
            .collect();
        urls.extend(longer);
    }
    let patterns = [
        "<[ab]+[bc]+>",
        "<[ab]+><[bc]+>",
        "<[ab]+>b",
        "<[ab]+>bc",
        "<.*>/<.*>",
        "<.*>/b",
        "<.*>a<[bc]>",
        "<[a-b]*>c<[^/]*>",
        "<[^/]+>/<[^/]+>",
        "a<b*><c*>",
        "a<b?>c",
        "<a?>b<c?>",
        "<a{2}><b{1,2}>",
        "<a{1,2}>a",
        "<[ab]{2,3}>c<.*>",
        "<(a)(b)>c",
        "<(a(b+))/>",
        "<a|b>c",
        "<ab|b>c<.*>",
        "<a|ab>c",
        "<[ab]*><a|bc>",
        "<(a|b)/.*>",
        "<(?:a|b)>/<1>",
        "<(a|bc)/([0-9]+)>",
        "<[a-c]+/[0-9]>",
        "<[a-c]+(/[0-9])>",
        "<[^b]*>",
        "<[^b]*>b<.>",
        "<>a<>",
        "<a$>",
        "<^a>b",
        "<(?P<n>a)(b)>",
        "<.+?>c",
        "<[ab]*?>c<c*>",
        "<\\d>/<\\w+>",
        "/<(b|c)>/<(1|a)>",
        "<b*>",
        "<b*>b",
        "<[ab]>/<[bc]+>1",
    ];
    for pattern in patterns {
        let engine = Pattern::compile(Strategy::Regexp, pattern).unwrap();
        let router = Router::build(Strategy::Regexp, [entry(&["GET"], pattern)]);
        for url in &urls {
            let found = if engine.matches(url).unwrap() {
                Found::One(0)
            } else {
                Found::None
            };
            assert_eq!(router.find("GET", url), found, "{pattern} on {url}");
            assert_eq!(
                router.captures(0, url),
                engine.captures(url).map_err(RouteError::from),
                "{pattern} on {url}"
            );
        }
    }
}

#[test]
fn rules_of_any_host_are_told_apart_by_what_follows_it() {
    for url in [
        "<https?>://<[^/]+>/svc{}/<.*>",
        "<.*>/svc{}/<[a-z]>",
        "https://<[a-z]+>.example.com/svc{}/<.*>",
    ] {
        let entries: Vec<_> = (0..60)
            .map(|n| entry(&["GET"], &url.replace("{}", &n.to_string())))
            .collect();
        for n in [0, 7, 59, 60] {
            for rest in ["/x", "", "/", "/é", "/\0/x"] {
                check(
                    Strategy::Regexp,
                    &entries,
                    "GET",
                    &format!("https://abc.example.com/svc{n}{rest}"),
                );
            }
        }
        for url in ["https://abc.example.com", "https://\0/svc7/x"] {
            check(Strategy::Regexp, &entries, "GET", url);
        }
    }
}

#[test]
fn rules_whose_beginnings_hold_different_slashes_are_found() {
    let url = "<a|a/b><[c-x]*>/y{}/<.*>";
    let entries: Vec<_> = (0..20)
        .map(|n| entry(&["GET"], &url.replace("{}", &n.to_string())))
        .collect();
    for url in ["a/y7/z", "ac/y7/z", "a/b/y7/z", "a/bcd/y7/z", "a/c/y7/z"] {
        check(Strategy::Regexp, &entries, "GET", url);
    }
}

#[test]
fn overlaps_are_found_for_equal_literal_and_wide_patterns() {
    let overlapping = [
        ("https://a/x", "https://a/x"),
        ("https://a/x", "https://a/<.*>"),
        ("https://a/<[a-z]+>", "https://a/<[^/]+>"),
        ("https://a/<.*>", "https://a/b/<.*>"),
        ("<https?>://a/<[0-9]+>/y", "https://a/<.*>"),
        ("https://a/<(?!b).*>", "https://a/<[a-z]+>"),
    ];
    for (one, other) in overlapping {
        let router = Router::build(
            Strategy::Regexp,
            [
                entry(&["GET", "put"], one),
                entry(&["POST"], "https://a/<.*>"),
                entry(&["PUT"], other),
            ],
        );
        let overlaps = router.overlaps();
        assert_eq!(overlaps.len(), 1, "{one} {other}: {overlaps:?}");
        assert_eq!(
            (
                overlaps[0].first,
                overlaps[0].second,
                overlaps[0].method.as_str()
            ),
            (0, 2, "PUT")
        );
    }
    let apart = Router::build(
        Strategy::Regexp,
        [
            entry(&["GET"], "https://a/<[0-9]+>"),
            entry(&["GET"], "https://a/<[a-z]+>"),
            entry(&["GET"], "https://b/<.*>"),
        ],
    );
    assert_eq!(apart.overlaps(), []);
}

/// The path of a request is cleaned before it is matched.
#[test]
fn patterns_that_meet_in_unclean_paths_only_do_not_overlap() {
    for (one, other) in [
        ("https://a/x/<.*>", "https://a/x/"),
        ("https://a/x/<.*>", "https://a/x<(//y)?>"),
        ("https://a/<.*>/y", "https://a//y"),
        ("https://a/<[a-z]*>/y", "https://a/<[0-9]*>/y"),
    ] {
        let patterns = [entry(&["GET"], one), entry(&["GET"], other)];
        let router = Router::build(Strategy::Regexp, patterns);
        assert_eq!(router.overlaps(), [], "{one} {other}");
    }
}

#[test]
fn bytes_of_something_else_are_refused() {
    let bytes = CheckedRoutes::build(Strategy::Regexp, [entry(&["GET"], "a")])
        .as_bytes()
        .unwrap()
        .to_vec();
    assert_eq!(
        CheckedRoutes::from_bytes(bytes[..bytes.len() - 1].to_vec()).unwrap_err(),
        LoadError::Damaged
    );
    assert_eq!(
        CheckedRoutes::from_bytes(b"[]".to_vec()).unwrap_err(),
        LoadError::Foreign
    );
    let mut newer = bytes;
    newer[8] = 99;
    assert_eq!(
        CheckedRoutes::from_bytes(newer).unwrap_err(),
        LoadError::Version
    );
}

/// Bytes of which a part cannot be read.
#[derive(Debug)]
struct PartlyDamaged {
    bytes: Vec<u8>,
    from: usize,
}

impl RouteBytes for PartlyDamaged {
    fn size(&self) -> usize {
        self.bytes.len()
    }

    fn get(&self, from: usize, length: usize) -> Result<Cow<'_, [u8]>, LoadError> {
        if from + length > self.from {
            return Err(LoadError::Damaged);
        }
        Ok(Cow::Borrowed(&self.bytes[from..from + length]))
    }
}

#[test]
fn what_cannot_be_read_is_never_taken_for_what_is_not_there() {
    let entries = [
        entry(&["GET"], "https://a/x"),
        entry(&["GET", "PUT"], "https://a/<(?!b).*>"),
        entry(&["POST"], "https://a/<[a-z]+>"),
    ];
    let whole = Router::build(Strategy::Regexp, entries.clone());
    let routes = CheckedRoutes::build(Strategy::Regexp, entries);
    let bytes = routes.as_bytes().unwrap().into_owned();
    let mut unreadable = 0;
    for from in 0..=bytes.len() {
        let bytes = bytes.clone();
        let damaged = Arc::new(PartlyDamaged { bytes, from });
        let Ok(routes) = CheckedRoutes::on_demand(damaged) else {
            continue;
        };
        let router = Router::load(routes);
        for method in ["GET", "PUT", "POST", "HEAD"] {
            for url in ["https://a/x", "https://a/y", "https://b/x"] {
                match router.find(method, url) {
                    Found::Unreadable(LoadError::Damaged) => unreadable += 1,
                    found => assert_eq!(found, whole.find(method, url), "{method} {url} {from}"),
                }
            }
        }
    }
    assert!(unreadable > bytes.len());
}
