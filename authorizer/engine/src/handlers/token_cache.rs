//! Remembers which client credentials were good, and until when.

use std::{sync::OnceLock, time::SystemTime};

use oathgate_cache::BoundedCache;
use oathgate_cache::CacheKey;

/// Requests that a token endpoint answered with a token, and so the client credentials in them. Holds
/// fingerprints only: neither a token nor a secret is kept.
#[derive(Debug, Default)]
pub(crate) struct TokenCache {
    /// Until when each is good; `None` where that has no end.
    good: OnceLock<BoundedCache<CacheKey, Option<SystemTime>>>,
}

impl TokenCache {
    /// Whether a request was answered with a token that is still good.
    pub(crate) fn holds(&self, request: &CacheKey, now: SystemTime) -> bool {
        let is_good = |until: &Option<SystemTime>| until.is_none_or(|until| until >= now);
        self.good
            .get()
            .is_some_and(|good| good.get(request, is_good).is_some())
    }

    /// Remembers a request until a moment, or without end. The first one to ask says how many are
    /// remembered at `most`, as in Oathkeeper.
    pub(crate) fn keep(&self, request: CacheKey, until: Option<SystemTime>, most: usize) {
        self.good
            .get_or_init(|| BoundedCache::new(most))
            .insert(request, until);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_token_counts_until_it_ends() {
        let cache = TokenCache::default();
        let key = |text: &str| CacheKey::of(text);
        assert!(!cache.holds(&key("a"), at(0)));
        cache.keep(key("a"), Some(at(10)), 10);
        cache.keep(key("b"), None, 10);
        assert!(cache.holds(&key("a"), at(10)));
        assert!(!cache.holds(&key("a"), at(11)));
        assert!(cache.holds(&key("b"), at(9999)));
        assert!(!cache.holds(&key("c"), at(0)));
    }
}
