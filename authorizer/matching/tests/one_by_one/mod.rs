//! Trying every rule in turn, as Oathkeeper does, to compare the index with.

use oathgate_matching::{CheckedRoutes, Found, Pattern, RouteEntry, Router, Strategy};

/// A rule of these methods.
pub(crate) fn entry(methods: &[&str], url: &str) -> RouteEntry {
    RouteEntry {
        methods: methods.iter().map(|method| (*method).to_owned()).collect(),
        url: Some(url.to_owned()),
    }
}

/// Which entry was found broken.
pub(crate) fn broken_index(found: &Found) -> usize {
    match found {
        Found::Broken { index, .. } => *index,
        other => panic!("{other:?}"),
    }
}

/// What Oathkeeper does: every rule in turn, the first mistake ends it.
fn one_by_one(
    strategy: Strategy,
    entries: &[RouteEntry],
    method: &str,
    url: &str,
) -> Result<Vec<usize>, usize> {
    let mut found = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let Some(pattern) = &entry.url else {
            return Err(index);
        };
        if !entry
            .methods
            .iter()
            .any(|own| own.eq_ignore_ascii_case(method))
        {
            continue;
        }
        let pattern = Pattern::compile(strategy, pattern).map_err(|_| index)?;
        if pattern.matches(url).map_err(|_| index)? {
            found.push(index);
        }
    }
    Ok(found)
}

/// Compares the index, built and loaded, with trying every rule in turn.
pub(crate) fn check(strategy: Strategy, entries: &[RouteEntry], method: &str, url: &str) {
    let router = Router::build(strategy, entries.to_vec());
    let bytes = CheckedRoutes::build(strategy, entries.to_vec())
        .as_bytes()
        .to_vec();
    let loaded = Router::load(CheckedRoutes::from_bytes(bytes).unwrap());
    let found = router.find(method, url);
    assert_eq!(found, loaded.find(method, url), "loaded from bytes");
    match one_by_one(strategy, entries, method, url) {
        Err(index) => assert_eq!(broken_index(&found), index),
        Ok(expected) => {
            let expected_found = match expected.as_slice() {
                [] => Found::None,
                [one] => Found::One(*one),
                _ => Found::Many(expected.clone()),
            };
            assert_eq!(found, expected_found, "{method} {url:?} in {entries:?}");
            for index in expected {
                let pattern =
                    Pattern::compile(strategy, entries[index].url.as_ref().unwrap()).unwrap();
                assert_eq!(
                    router.captures(index, url),
                    pattern.captures(url),
                    "{:?} on {url:?}",
                    entries[index].url
                );
            }
        }
    }
}
