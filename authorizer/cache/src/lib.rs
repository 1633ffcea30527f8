//! Caches of a bounded size, keyed by a hash of everything that their values depend on.

mod bounded_cache;
mod cache_key;

pub use bounded_cache::BoundedCache;
pub use cache_key::CacheKey;
