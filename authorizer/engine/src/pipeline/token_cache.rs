//! Remembers which client credentials were good, and until when.

use std::{sync::OnceLock, time::SystemTime};

use aws_lc_rs::digest::{Context, SHA256};

use super::{bounded_cache::BoundedCache, token_endpoint::Client};
use crate::go::Url;

/// Client credentials that a token endpoint accepted. Holds digests only: neither a token nor a
/// secret is kept.
#[derive(Debug, Default)]
pub(crate) struct TokenCache {
    /// Until when each is good; `None` where that has no end.
    good: OnceLock<BoundedCache<Key, Option<SystemTime>>>,
}

/// What was asked: endpoint, scopes and credentials.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// The digest of a question. Scopes count as they are sent: in order, joined by blanks.
    pub(crate) fn new(endpoint: &Url, scope: &str, client: &Client) -> Self {
        let mut context = Context::new(&SHA256);
        for part in [&endpoint.to_string(), scope, &client.id, &client.secret] {
            // The length before each part keeps two questions from running into the same bytes.
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part.as_bytes());
        }
        let mut key = [0; 32];
        for (place, byte) in key.iter_mut().zip(context.finish().as_ref()) {
            *place = *byte;
        }
        Self(key)
    }
}

impl TokenCache {
    /// Whether a question was answered with a token that is still good.
    pub(crate) fn holds(&self, key: &Key, now: SystemTime) -> bool {
        let is_good = |until: &Option<SystemTime>| until.is_none_or(|until| until >= now);
        self.good
            .get()
            .is_some_and(|good| good.get(key, is_good).is_some())
    }

    /// Remembers a question until a moment, or without end. The first one to ask says how many are
    /// remembered at `most`, as in Oathkeeper.
    pub(crate) fn keep(&self, key: Key, until: Option<SystemTime>, most: usize) {
        self.good
            .get_or_init(|| BoundedCache::new(most))
            .insert(key, until);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn key(id: &str, secret: &str) -> Key {
        let client = Client {
            id: id.to_owned(),
            secret: secret.to_owned(),
        };
        Key::new(&Url::parse("http://id/token").unwrap(), "", &client)
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_token_counts_until_it_ends() {
        let cache = TokenCache::default();
        assert!(!cache.holds(&key("a", "b"), at(0)));
        cache.keep(key("a", "b"), Some(at(10)), 10);
        cache.keep(key("a", "c"), None, 10);
        assert!(cache.holds(&key("a", "b"), at(10)));
        assert!(!cache.holds(&key("a", "b"), at(11)));
        assert!(cache.holds(&key("a", "c"), at(9999)));
        assert!(!cache.holds(&key("a", "d"), at(0)));
    }

    #[test]
    fn a_colon_does_not_move_between_id_and_secret() {
        let cache = TokenCache::default();
        cache.keep(key("a:b", "c"), None, 10);
        assert!(!cache.holds(&key("a", "b:c"), at(0)));
    }
}
