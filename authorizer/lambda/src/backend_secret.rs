//! The secret by which a backend knows that a request comes from the gate.

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
        (!fits_as_secret(text)).then_some(
            "is not 32 to 1024 visible ASCII characters without blanks, line breaks included",
        )
    },
};

/// The secret that every grant shows to the backend.
#[derive(Clone, Debug)]
pub struct BackendSecret {
    secret: Arc<KeptSecret>,
}

/// The header's value. Nothing shows it but [`SecretValue::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretValue(String);

impl SecretValue {
    /// The secret itself, for the one place that it goes to: the context of a grant.
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
    /// The secret that `settings` name. Nothing is read yet.
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

    /// Reads the secret ahead of the first decision. A failure is logged, and the first grant tries again.
    pub async fn prefetch(&self) {
        self.secret.prefetch().await;
    }

    /// The secret as it is now or was when it could be read last; `None` where it never could.
    pub(crate) async fn value(&self) -> Option<SecretValue> {
        let text = self.secret.get().await.ok()?;
        String::from_utf8(text.to_vec()).ok().map(SecretValue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_enough_and_nothing_but_visible_characters() {
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
    fn nothing_but_reveal_shows_a_value() {
        let value = SecretValue::of("a-secret-that-nobody-may-read-in-a-log");
        assert_eq!(format!("{value:?}"), "SecretValue(…)");
        assert!(value.reveal().starts_with("a-secret"));
    }
}
