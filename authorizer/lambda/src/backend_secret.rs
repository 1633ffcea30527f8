//! The secret by which a backend recognises requests that came through the gate.

use std::{fmt, sync::Arc, time::Duration};

use oathgate_engine::{gateway_header::fits_as_secret, ports::Clock};
use oathgate_http_client::aws::Secrets;

use crate::{
    Log,
    kept_secret::{KeptSecret, Purpose},
    settings::BackendSecretSettings,
};

const BACKEND_SECRET: Purpose = Purpose {
    unread: "the backend's secret cannot be read",
    unfit: |text| {
        (!fits_as_secret(text))
            .then_some("is not 32 to 1024 visible ASCII characters without blanks and line breaks")
    },
};

/// The secret that every grant sends to the backend.
#[derive(Clone, Debug)]
pub struct BackendSecret {
    secret: Arc<KeptSecret>,
}

/// The header's value. Only [`SecretValue::reveal`] returns it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretValue(String);

impl SecretValue {
    /// The value, for its only use: the context of a grant.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn of(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("SecretValue(…)")
    }
}

impl BackendSecret {
    /// The secret of `settings`. Nothing is read yet.
    #[must_use]
    pub fn new(
        settings: &BackendSecretSettings,
        secrets: Secrets,
        clock: Arc<dyn Clock>,
        log: Log,
    ) -> Self {
        let ttl = Duration::from_secs(settings.ttl_seconds);
        let id = settings.secret.clone();
        let secret = KeptSecret::new(id, BACKEND_SECRET, secrets, ttl, clock, log);
        Self {
            secret: Arc::new(secret),
        }
    }

    /// Reads the secret before the first decision. A failure is logged, and the first grant tries again.
    pub async fn prefetch(&self) {
        self.secret.prefetch().await;
    }

    /// The current value, or the last that could be read; `None` if none ever could.
    pub(crate) async fn value(&self) -> Option<SecretValue> {
        let text = self.secret.get().await.ok()?;
        String::from_utf8(text.to_vec()).ok().map(SecretValue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_enough_and_has_visible_characters_only() {
        let unfit = |text: &str| (BACKEND_SECRET.unfit)(text.as_bytes()).is_some();
        let least = "s".repeat(32);
        let most = "s".repeat(1024);
        assert!(!unfit(&least) && !unfit(&most));
        for text in [
            String::new(),
            "s".repeat(31),
            "s".repeat(1025),
            format!("{least}\n"),
            format!(" {least}"),
            format!("{least} {least}"),
            format!("{least}\u{e4}"),
            format!("{least}\0"),
        ] {
            assert!(unfit(&text), "{text:?}");
        }
    }

    #[test]
    fn only_reveal_returns_a_value() {
        let value = SecretValue::of("a-secret-that-no-log-may-contain");
        assert_eq!(format!("{value:?}"), "SecretValue(…)");
        assert!(value.reveal().starts_with("a-secret"));
    }
}
