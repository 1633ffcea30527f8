//! Answers of session services that were read before.

use oathgate_cache::BoundedCache;
use oathgate_cache::CacheKey;

use super::reading::{Read, Reading};
use crate::Failure;

/// How much the answers that are remembered may weigh together, in bytes.
const MOST_BYTES: usize = 1 << 20;

/// The largest answer that is looked up, in bytes; no session is as large, and a few larger ones would
/// push all others out.
const LARGEST: usize = 32 << 10;

/// How many bytes of memory one byte of an answer takes once it is read: maps of a few short members take
/// the most.
const BYTES_OF_A_BYTE: usize = 12;

/// What was read from which answer.
///
/// A browser that loads a page asks for a dozen things at once, and the session service says the same
/// about each. The same text read by the same paths is the same session, so it need not be taken apart
/// again. Whether the service still says so is asked every time: this spares no question.
#[derive(Debug)]
pub(crate) struct ReadAnswers(BoundedCache<CacheKey, Read>);

impl Default for ReadAnswers {
    fn default() -> Self {
        Self(BoundedCache::new(MOST_BYTES))
    }
}

impl ReadAnswers {
    /// What a reading finds; it is done once for each that finds something.
    ///
    /// # Errors
    /// As [`Reading::read`].
    pub(super) fn get_or_read(&self, reading: &Reading<'_>) -> Result<Read, Failure> {
        if reading.answer.len() > LARGEST {
            return reading.read();
        }
        let cache_key = CacheKey::of(reading);
        if let Some(known) = self.0.get(&cache_key, |_| true) {
            return Ok(known);
        }
        let new = reading.read()?;
        let weight = BYTES_OF_A_BYTE * reading.answer.len() + size_of::<(CacheKey, Read)>();
        self.0.insert_weighing(cache_key, new.clone(), weight);
        Ok(new)
    }
}
