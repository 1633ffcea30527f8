//! `oathgate credentials rotate`: the next key of a set, or a set without keys that others may know.

use std::{
    io::Write as _,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use oathgate_key_rotation::{Document, Policy, Renewed, Rotation, renew, revoke};

use super::{KeySetError, place};
use crate::{arguments::CredentialsRotate, command::CommandError, exit::Exit};

/// How long Secrets Manager may take to begin a rotation.
const BEGIN_LIMIT: Duration = Duration::from_secs(20);

/// Rotates a key set where it is. What is read from standard input is printed with its new key; of a
/// file or a secret, what was done is told.
pub(crate) async fn rotate(arguments: &CredentialsRotate) -> Result<Exit, CommandError> {
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
        Document::parse(&text).map_err(|error| KeySetError::NoDocument(name.clone(), error))?;
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
            tell(arguments, renewed.as_ref(), now)?;
        }
        None => std::io::stdout().write_all(text.as_bytes())?,
    }
    Ok(Exit::Success)
}

async fn rotate_secret(
    secret: &str,
    arguments: &CredentialsRotate,
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
        tell(arguments, renewed.as_ref(), now)?;
        return Ok(Exit::Success);
    }
    let described = secrets
        .describe(secret, BEGIN_LIMIT)
        .await
        .map_err(KeySetError::from)?;
    if described.rotation_enabled && described.rotation_function.is_some() {
        secrets
            .rotate(secret, BEGIN_LIMIT)
            .await
            .map_err(KeySetError::from)?;
        let said = "Secrets Manager rotates the secret by its function, as the stage says";
        writeln!(std::io::stdout(), "{said}")?;
    } else {
        let renewed = rotation
            .at_once(secret, now)
            .await
            .map_err(KeySetError::from)?;
        tell(arguments, Some(&renewed), now)?;
    }
    Ok(Exit::Success)
}

/// Says what was done, and what it breaks.
fn tell(
    arguments: &CredentialsRotate,
    renewed: Option<&Renewed>,
    now: SystemTime,
) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    for kid in &arguments.revoke {
        writeln!(
            out,
            "the key `{kid}` is revoked: it signs until whoever signs has read the key set again, and its tokens are taken \
             for valid until whoever verifies has"
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
            "the key `{kid}` is to be published now and signs in {} seconds (nbf {})",
            wait.as_secs(),
            from.duration_since(UNIX_EPOCH)
                .unwrap_or_default()
                .as_secs()
        )?,
        _ => writeln!(
            out,
            "the key `{kid}` signs at once: its tokens are refused until whoever verifies has read the key set again"
        )?,
    }
    Ok(())
}

fn seconds(number: std::num::NonZeroU32) -> Duration {
    Duration::from_secs(u64::from(number.get()))
}
