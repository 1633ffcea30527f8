//! Where a request carries its token: `token_from`.

use serde::Deserialize;

use crate::Request;

/// One place to look for a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum TokenFrom {
    /// The `Authorization` header, behind the scheme `Bearer`.
    #[default]
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

/// As the configuration writes it: of several places the header counts first, then the parameter.
impl<'de> Deserialize<'de> for TokenFrom {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Places {
            header: Option<String>,
            query_parameter: Option<String>,
            cookie: Option<String>,
        }
        let places = Option::<Places>::deserialize(deserializer)?.unwrap_or_default();
        Ok(match places {
            // Only this very spelling has its scheme taken off.
            Places {
                header: Some(name), ..
            } if name == "Authorization" => Self::Authorization,
            Places {
                header: Some(name), ..
            } => Self::Header(name),
            Places {
                query_parameter: Some(name),
                ..
            } => Self::QueryParameter(name),
            Places {
                cookie: Some(name), ..
            } => Self::Cookie(name),
            _ => Self::Authorization,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::go::Url;

    fn read(place: serde_json::Value) -> TokenFrom {
        serde_json::from_value(place).unwrap()
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
