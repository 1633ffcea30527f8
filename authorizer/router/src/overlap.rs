//! Finds entries that match the same request.

use std::collections::BTreeMap;

use oathgate_gostd::clean_path;
use oathgate_url_pattern::syntax;

use crate::example::examples;
use crate::layout::{Kind, Layout};
use crate::router::{Found, Router};

/// Two entries, and a request that both match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// The earlier entry.
    pub first: usize,
    /// The later entry.
    pub second: usize,
    /// A method of both, in upper case.
    pub method: String,
    /// A URL that both match.
    pub url: String,
}

/// The number of pairs after which the search ends.
const MAX_PAIRS: usize = 1_000;

pub(crate) fn overlaps(router: &Router, layout: &Layout) -> Vec<Overlap> {
    let mut pairs = BTreeMap::new();
    for index in 0..layout.entries() {
        let Ok(entry) = layout.entry(index) else {
            continue;
        };
        if !matches!(entry.kind, Kind::SinglePass | Kind::Pattern) {
            continue;
        }
        let Ok(Ok(tree)) = layout
            .text(entry.source)
            .map(|source| syntax::parse(layout.strategy(), &source))
        else {
            continue;
        };
        let urls: Vec<String> = examples(&tree.root)
            .iter()
            .map(|url| with_clean_path(url))
            .collect();
        let methods = (0..layout.methods())
            .filter(|method| layout.holds(entry.methods, *method).unwrap_or_default());
        for name in methods
            .filter_map(|method| layout.method(method).ok())
            .map(|(name, _)| name)
        {
            for url in &urls {
                let Found::Many(found) = router.matching(&name, url) else {
                    continue;
                };
                for (index, first) in found.iter().enumerate() {
                    for second in found.iter().skip(index + 1) {
                        let overlap = || Overlap {
                            first: *first,
                            second: *second,
                            method: name.to_uppercase(),
                            url: url.clone(),
                        };
                        pairs.entry((*first, *second)).or_insert_with(overlap);
                    }
                }
            }
        }
        if pairs.len() >= MAX_PAIRS {
            break;
        }
    }
    pairs.into_values().collect()
}

/// A URL as the router sees it: with its path cleaned.
fn with_clean_path(url: &str) -> String {
    let path = url
        .find("://")
        .and_then(|at| url.get(at + 3..)?.find('/').map(|slash| at + 3 + slash));
    match path.and_then(|at| url.split_at_checked(at)) {
        Some((origin, path)) => format!("{origin}{}", clean_path(path)),
        None => url.to_owned(),
    }
}
