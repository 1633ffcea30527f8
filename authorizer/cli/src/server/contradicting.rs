//! What a gateway says of a request in two ways.

use http::request::Parts;

/// What a decision depends on, besides the request's own headers.
const HEADERS: [&str; 4] = [
    "X-Forwarded-Method",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-Uri",
];

/// The first of the headers that a gateway asks with which is there with two different values. A gateway that
/// adds its own beside the client's lets the client choose what is decided about.
pub(super) fn header(parts: &Parts) -> Option<&'static str> {
    HEADERS.into_iter().find(|name| {
        let mut values = parts.headers.get_all(*name).iter();
        let first = values.next();
        values.any(|value| Some(value) != first)
    })
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn found(headers: &[(&str, &str)]) -> Option<&'static str> {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        header(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn two_different_values_contradict_each_other() {
        for name in HEADERS {
            assert_eq!(found(&[(name, "a"), (name, "b")]), Some(name));
            assert_eq!(found(&[(name, "a"), (name, "a"), (name, "")]), Some(name));
            assert_eq!(found(&[(name, "a"), (name, "a")]), None);
            assert_eq!(found(&[(name, "a")]), None);
        }
        assert_eq!(
            found(&[("X-Forwarded-For", "a"), ("X-Forwarded-For", "b")]),
            None
        );
    }
}
