//! Credentials that gate, services and backend read alike.

use crate::{Failure, ReasonCode, Request};

/// Refuses a request with several `Authorization` headers that differ: which of them a service or the
/// backend reads is up to it.
///
/// # Errors
/// 400, answered by the error handlers.
pub(crate) fn one_authorization(request: &Request) -> Result<(), Failure> {
    let mut values = request.header.values("Authorization");
    let first = values.next();
    if values.any(|value| Some(value) != first) {
        return Err(Failure::bad_request()
            .because(ReasonCode::AmbiguousAuthorization)
            .with_cause("the request has several `Authorization` headers that differ"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_refuses_authorizations_that_differ_and_no_other() {
        let asked = |headers: &[(&str, &str)]| {
            let request = Request {
                header: headers.iter().copied().collect(),
                ..Request::default()
            };
            one_authorization(&request).map_err(|failure| failure.status())
        };
        assert_eq!(asked(&[]), Ok(()));
        assert_eq!(asked(&[("Authorization", "Bearer a")]), Ok(()));
        assert_eq!(
            asked(&[("Authorization", "Bearer a"), ("authorization", "Bearer a")]),
            Ok(())
        );
        for other in ["Bearer b", "bearer a", ""] {
            let headers = [("authorization", "Bearer a"), ("AUTHORIZATION", other)];
            assert_eq!(asked(&headers), Err(400), "{other:?}");
        }
    }
}
