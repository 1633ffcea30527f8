//! Trying every rule in turn, as Oathkeeper does, to compare the index with.

use std::{borrow::Cow, sync::Arc};

use oathgate_router::{
    CheckedRoutes, Found, LoadError, RouteBytes, RouteEntry, RouteError, Router,
};
use oathgate_url_pattern::{Pattern, Strategy};

/// Bytes that lie in pages, so that some of what is read crosses from one to the next.
#[derive(Debug)]
struct Paged(Vec<u8>);

impl RouteBytes for Paged {
    fn size(&self) -> usize {
        self.0.len()
    }

    fn get(&self, from: usize, length: usize) -> Result<Cow<'_, [u8]>, LoadError> {
        let bytes = self.0.get(from..from + length).ok_or(LoadError::Damaged)?;
        let crosses = from / 61 != (from + length) / 61;
        Ok(if crosses {
            Cow::Owned(bytes.to_vec())
        } else {
            Cow::Borrowed(bytes)
        })
    }
}

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
        .unwrap()
        .to_vec();
    let found = router.find(method, url);
    let paged = Arc::new(Paged(bytes.clone()));
    for routes in [
        CheckedRoutes::from_bytes(bytes),
        CheckedRoutes::on_demand(paged),
    ] {
        let loaded = Router::load(routes.unwrap());
        assert_eq!(found, loaded.find(method, url), "loaded from bytes");
    }
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
                    pattern.captures(url).map_err(RouteError::from),
                    "{:?} on {url:?}",
                    entries[index].url
                );
            }
        }
    }
}
