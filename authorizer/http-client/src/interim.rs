//! Interim responses, [RFC 9110 section 15.2](https://www.rfc-editor.org/rfc/rfc9110#section-15.2): skipped,
//! up to a limit.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use http::Request;
use tokio::sync::Notify;

/// How many are skipped before a response; services send one or two.
const MOST: u32 = 100;

/// Counts the interim responses to one request.
#[derive(Debug, Default)]
pub(crate) struct Interim {
    count: AtomicU32,
    too_many: Notify,
}

impl Interim {
    /// Starts to count those of a request.
    pub(crate) fn of<B>(message: &mut Request<B>) -> Arc<Self> {
        let interim = Arc::new(Self::default());
        let counting = Arc::clone(&interim);
        hyper::ext::on_informational(message, move |_| {
            if counting.count.fetch_add(1, Ordering::Relaxed) == MOST {
                counting.too_many.notify_one();
            }
        });
        interim
    }

    /// Returns once there are too many.
    pub(crate) async fn too_many(&self) {
        self.too_many.notified().await;
    }
}
