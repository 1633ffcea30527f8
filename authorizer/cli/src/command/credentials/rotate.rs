//! `oathgate credentials rotate`: adds the next key to a key set, or revokes keys that others may know.

use std::{
    io::Write as _,
    num::NonZeroU32,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clap::Args;
use oathgate_key_rotation::{Document, Policy, Renewed, Rotation, renew, revoke};

use super::{
    KeySetError,
    place::{self, KeySetPlace},
};
use crate::{command::CommandError, exit::Exit};

/// The arguments of `oathgate credentials rotate`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: KeySetPlace,
    /// The new key's algorithm [default: that of the newest key]
    #[arg(long, value_name = "ALGORITHM")]
    alg: Option<String>,
    /// Seconds for which the new key is published before it signs: longer than anyone caches the key set
    #[arg(long, value_name = "SECONDS", default_value = "3900")]
    publish_ahead: NonZeroU32,
    /// Seconds for which a key stays published after it has signed for the last time: longer than any token is valid
    #[arg(long, value_name = "SECONDS", default_value = "3600")]
    retire_after: NonZeroU32,
    /// Remove the key with this id at once: its tokens are no longer accepted. If no other key signs, a new one signs at
    /// once, and its tokens are refused until those who verify them have read the key set again
    #[arg(long, value_name = "KID")]
    revoke: Vec<String>,
}

/// How long Secrets Manager may take to begin a rotation.
const BEGIN_TIMEOUT: Duration = Duration::from_secs(20);

/// Rotates a key set in its place and prints what was done. A key set from standard input is printed itself.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    let policy = Policy {
        publish_ahead: seconds(arguments.publish_ahead),
        retire_after: seconds(arguments.retire_after),
        algorithm: arguments.alg.as_deref().map(str::parse).transpose()?,
    };
    let now = SystemTime::now();
    if let Some(secret) = &arguments.place.secret {
        return rotate_secret(secret, arguments, policy, now).await;
    }
    let (name, text) = place::read(&arguments.place).await?;
    let document =
        Document::parse(&text).map_err(|error| KeySetError::Document(name.clone(), error))?;
    let changed = if arguments.revoke.is_empty() {
        renew(Some(&document), &policy, now)
            .map(|renewed| (renewed.document.clone(), Some(renewed)))
    } else {
        revoke(&document, &arguments.revoke, &policy, now)
    };
    let (document, renewed) = changed.map_err(|error| KeySetError::LifeCycle(name, error))?;
    let text = document.to_text() + "\n";
    match &arguments.place.file {
        Some(file) => {
            place::replace(file, &text)?;
            report(arguments, renewed.as_ref(), now)?;
        }
        None => std::io::stdout().write_all(text.as_bytes())?,
    }
    Ok(Exit::Success)
}

async fn rotate_secret(
    secret: &str,
    arguments: &Arguments,
    policy: Policy,
    now: SystemTime,
) -> Result<Exit, CommandError> {
    let secrets = place::secrets()?;
    let rotation = Rotation::new(secrets.clone(), policy);
    if !arguments.revoke.is_empty() {
        let renewed = rotation
            .revoke(secret, &arguments.revoke, now)
            .await
            .map_err(KeySetError::from)?;
        report(arguments, renewed.as_ref(), now)?;
        return Ok(Exit::Success);
    }
    let described = secrets
        .describe(secret, BEGIN_TIMEOUT)
        .await
        .map_err(KeySetError::from)?;
    if described.rotation_enabled && described.rotation_function.is_some() {
        secrets
            .rotate(secret, BEGIN_TIMEOUT)
            .await
            .map_err(KeySetError::from)?;
        let message = "Secrets Manager rotates the secret by its rotation function, with the settings of the stage";
        writeln!(std::io::stdout(), "{message}")?;
    } else {
        let renewed = rotation
            .at_once(secret, now)
            .await
            .map_err(KeySetError::from)?;
        report(arguments, Some(&renewed), now)?;
    }
    Ok(Exit::Success)
}

/// Prints what was done, and which tokens it affects.
fn report(
    arguments: &Arguments,
    renewed: Option<&Renewed>,
    now: SystemTime,
) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    for kid in &arguments.revoke {
        writeln!(
            out,
            "the key `{kid}` is revoked: it signs until the signers have read the key set again, and its tokens are accepted \
             until the verifiers have"
        )?;
    }
    let Some(Renewed {
        kid, signs_from, ..
    }) = renewed
    else {
        return Ok(());
    };
    let wait = signs_from.and_then(|from| Some((from, from.duration_since(now).ok()?)));
    match wait {
        Some((from, wait)) if !wait.is_zero() => writeln!(
            out,
            "the key `{kid}` must be published now and signs in {} seconds (nbf {})",
            wait.as_secs(),
            from.duration_since(UNIX_EPOCH)
                .unwrap_or_default()
                .as_secs()
        )?,
        _ => writeln!(
            out,
            "the key `{kid}` signs at once: its tokens are refused until the verifiers have read the key set again"
        )?,
    }
    Ok(())
}

fn seconds(number: NonZeroU32) -> Duration {
    Duration::from_secs(u64::from(number.get()))
}
