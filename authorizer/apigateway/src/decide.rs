//! An event, decided.

use oathgate_engine::{Decision, Gate, Request, StageOptions, safety::UnsafePath};

use crate::{Event, EventError};

/// Has a gate decide about an event, under the options of its stage.
///
/// # Errors
/// An event without method, path or host.
pub async fn decide(
    gate: &Gate,
    stage: &StageOptions,
    event: &Event<'_>,
) -> Result<Decision, EventError> {
    let (request, placed) = placed_request(stage, event)?;
    Ok(match placed {
        Ok(()) => gate.decide(request).await,
        Err(why) => gate.refuse_path(&request, why),
    })
}

/// The request of an event, below the stage's base path; and why its path cannot be placed there, if it
/// cannot.
///
/// # Errors
/// An event without method, path or host.
pub fn placed_request(
    stage: &StageOptions,
    event: &Event<'_>,
) -> Result<(Request, Result<(), UnsafePath>), EventError> {
    let mut request = event.request(stage.public_host.as_deref())?;
    let placed = event.place(&mut request, stage.base_path.as_ref());
    Ok((request, placed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_the_method_and_the_path_of_its_event() {
        let event = |method: &'static str| Event {
            method: method.into(),
            path: "/a".into(),
            domain: "api.example.com".into(),
            ..Event::default()
        };
        let stage = StageOptions::default();
        let (request, placed) = placed_request(&stage, &event("PUT")).unwrap();
        assert_eq!((&*request.method, &*request.url.path), ("PUT", "/a"));
        assert_eq!(placed, Ok(()));
        assert!(placed_request(&stage, &event("")).is_err());
    }
}
