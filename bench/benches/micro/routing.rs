//! Finding the rule of a request.

use criterion::BenchmarkId;
use oathgate_bench::rules::{self, ROUTES};
use oathgate_router::{Found, RouteEntry, Router};
use oathgate_url_pattern::Strategy;

use crate::Parts;

fn router(count: usize) -> Router {
    let rules = rules::rules(count);
    let entries = rules.as_array().unwrap().iter().map(|rule| RouteEntry {
        methods: serde_json::from_value(rule["match"]["methods"].clone()).unwrap(),
        url: rule["match"]["url"].as_str().map(str::to_owned),
    });
    Router::build(Strategy::Regexp, entries)
}

pub(crate) fn by_number_of_rules(criterion: &mut Parts) {
    let mut group = criterion.benchmark_group("route");
    for count in [10, 100, 1000, 10_000] {
        let router = router(count);
        let service = count / ROUTES / 2;
        for (name, path, found) in [
            ("literal", "health", true),
            ("run of digits", "accounts/4711", true),
            ("look-ahead", "search/users/42", true),
            ("none", "nowhere", false),
        ] {
            let url = format!("https://api.example.com/service-{service}/{path}");
            let is_right = |answer: &Found| matches!(answer, Found::One(_)) == found;
            assert!(is_right(&router.find("GET", &url)), "{url}");
            group.bench_with_input(BenchmarkId::new(name, count), &url, |bencher, url| {
                bencher.iter(|| router.find("GET", url));
            });
        }
    }
    group.finish();
}
