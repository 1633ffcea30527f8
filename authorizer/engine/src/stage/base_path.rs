//! Where a custom domain has an API.

/// Whether a host is one that API Gateway gives an API itself.
#[must_use]
pub fn is_own_host(host: &str) -> bool {
    host.to_ascii_lowercase().contains(".execute-api.")
}

/// Where a custom domain has an API: `/orders`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasePath(String);

impl BasePath {
    /// Reads a base path: a slash before each of its names, and none at its end.
    ///
    /// # Errors
    /// What to write instead.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let is_name = |name: &str| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            !name.is_empty()
                && !name.starts_with('.')
                && !name.ends_with('.')
                && name.bytes().all(fits)
        };
        match text.strip_prefix('/') {
            Some(names) if names.split('/').all(is_name) => Ok(Self(text.to_owned())),
            _ => Err("write a path such as `/orders`"),
        }
    }

    /// Whether the custom domain leads a path to the API.
    #[must_use]
    pub fn leads_to(&self, path: &str) -> bool {
        let behind = path.strip_prefix(&self.0);
        behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('/'))
    }

    /// A path of the API as the custom domain has it.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}
