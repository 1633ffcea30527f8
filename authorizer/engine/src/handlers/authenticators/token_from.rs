//! Where a request has its token: `token_from`.

use serde_json::Value;

use crate::{
    Request,
    config::Shape,
    handlers::options::{OptionGroup, OptionValue, UnreadOption, options},
};

/// One place to look for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenFrom {
    /// The `Authorization` header, behind the scheme `Bearer`.
    Authorization,
    /// Another header, whose first value is the token.
    Header(String),
    /// A parameter of the query.
    QueryParameter(String),
    /// A cookie.
    Cookie(String),
}

impl TokenFrom {
    /// The token a request carries; empty where it carries none.
    pub(super) fn token(&self, request: &Request) -> String {
        match self {
            Self::Authorization => bearer_token(request),
            Self::Header(name) => request.header.get(name).unwrap_or_default().to_owned(),
            Self::QueryParameter(name) => request.url.query().get(name).to_owned(),
            Self::Cookie(name) => request
                .header
                .cookie(name)
                .map_or("", |cookie| cookie.value)
                .to_owned(),
        }
    }
}

/// RFC 6750 section 2.1, of the first `Authorization` header; the scheme in any case.
fn bearer_token(request: &Request) -> String {
    match request
        .header
        .get("Authorization")
        .unwrap_or_default()
        .split_once(' ')
    {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.to_owned(),
        _ => String::new(),
    }
}

options! {
    struct Places {
        /// The name of a header.
        header: Option<String>,
        /// The name of a query parameter.
        query_parameter: Option<String>,
        /// The name of a cookie.
        cookie: Option<String>,
    }
}

/// Of several places the header counts first, then the parameter.
impl OptionValue for TokenFrom {
    const SHAPE: Shape = Shape::one_of(Places::FIELDS);

    fn read(value: Value) -> Result<Self, UnreadOption> {
        let Places {
            header,
            query_parameter,
            cookie,
        } = match value {
            Value::Null => return Ok(Self::Authorization),
            value => Places::read(value)?,
        };
        Ok(match (header, query_parameter, cookie) {
            // Only this very spelling has its scheme removed.
            (Some(name), ..) if name == "Authorization" => Self::Authorization,
            (Some(name), ..) => Self::Header(name),
            (None, Some(name), _) => Self::QueryParameter(name),
            (None, None, Some(name)) => Self::Cookie(name),
            (None, None, None) => Self::Authorization,
        })
    }

    fn absent() -> Option<Self> {
        Some(Self::Authorization)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use oathgate_gostd::Url;

    fn read(place: serde_json::Value) -> TokenFrom {
        TokenFrom::read(place).unwrap()
    }

    #[test]
    fn it_reads_the_place_as_oathkeeper_does() {
        let header = TokenFrom::Header("authorization".into());
        for (written, want) in [
            (json!(null), TokenFrom::Authorization),
            (json!({}), TokenFrom::Authorization),
            (json!({"header": null}), TokenFrom::Authorization),
            (json!({"header": "Authorization"}), TokenFrom::Authorization),
            (json!({"header": "authorization"}), header),
            (
                json!({"cookie": "c", "query_parameter": "q"}),
                TokenFrom::QueryParameter("q".into()),
            ),
            (json!({"cookie": "c"}), TokenFrom::Cookie("c".into())),
        ] {
            assert_eq!(read(written.clone()), want, "{written}");
        }
    }

    #[test]
    fn it_finds_the_token_in_its_place() {
        let request = Request {
            header: [
                ("Authorization", "bEaReR  a b"),
                ("Authorization", "Bearer second"),
                ("X-Token", "Bearer x"),
                ("Cookie", "c=\"quoted\"; d"),
            ]
            .into_iter()
            .collect(),
            url: Url::parse("http://h/?q=a+b&q=2").unwrap(),
            ..Request::default()
        };
        for (place, want) in [
            (json!(null), " a b"),
            (json!({"header": "authorization"}), "bEaReR  a b"),
            (json!({"header": "x-token"}), "Bearer x"),
            (json!({"header": "X-None"}), ""),
            (json!({"query_parameter": "q"}), "a b"),
            (json!({"query_parameter": "Q"}), ""),
            (json!({"cookie": "c"}), "quoted"),
            (json!({"cookie": "d"}), ""),
            (json!({"cookie": "none"}), ""),
        ] {
            assert_eq!(read(place.clone()).token(&request), want, "{place}");
        }
    }

    #[test]
    fn only_a_bearer_scheme_with_something_behind_it_holds_a_token() {
        for (value, want) in [
            ("Bearer x", "x"),
            ("Bearer ", ""),
            ("Bearer", ""),
            ("Basic x", ""),
            (" Bearer x", ""),
            ("", ""),
        ] {
            let header = [("Authorization", value)].into_iter().collect();
            let request = Request {
                header,
                ..Request::default()
            };
            assert_eq!(TokenFrom::Authorization.token(&request), want, "{value:?}");
        }
    }
}
