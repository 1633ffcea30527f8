//! What holds for all handlers together.

mod caches;
