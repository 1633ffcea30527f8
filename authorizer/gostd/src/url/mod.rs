//! Go's [`net/url`](https://pkg.go.dev/net/url): URLs, their queries, and percent-encoding.

mod escape;
mod object;
mod query;

use std::{borrow::Cow, fmt, net::IpAddr};

use thiserror::Error;

use escape::{Part, escape, is_escaped, unescape};
pub use query::{Query, query_escape, query_unescape};

/// A URL in the parts Go's [`url.URL`](https://pkg.go.dev/net/url#URL) has.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Url {
    /// Without the colon.
    pub scheme: String,
    /// Set where a scheme is followed by no slash, as in `mailto:a@b`.
    pub opaque: String,
    /// What stands before the `@`.
    pub user: Option<UserInfo>,
    /// `host` or `host:port`.
    pub host: String,
    /// Decoded where it was parsed; raw where a gateway handed it on.
    pub path: String,
    /// The path as it was written, where escaping `path` would give another text.
    pub raw_path: String,
    /// A scheme with a path and an empty host was written without `//`.
    pub omit_host: bool,
    /// A question mark was written with no query behind it.
    pub force_query: bool,
    /// Without the question mark.
    pub raw_query: String,
    /// Without the hash, decoded.
    pub fragment: String,
    /// The fragment as it was written, where escaping `fragment` would give another text.
    pub raw_fragment: String,
}

/// A user's name and password in a URL, decoded.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct UserInfo {
    /// The name.
    pub username: String,
    /// The password, where a colon announced one.
    pub password: Option<String>,
}

/// Why a text is not a URL.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{url}` is not a valid URL: {reason}")]
pub struct UrlError {
    /// The text.
    pub url: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Url {
    /// Reads a URL or a relative reference as Go's
    /// [`url.Parse`](https://pkg.go.dev/net/url#Parse) does.
    ///
    /// # Errors
    /// A text with control characters, a broken escape, host or port.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        Self::read(text).map_err(|reason| UrlError {
            url: text.to_owned(),
            reason,
        })
    }

    fn read(text: &str) -> Result<Self, &'static str> {
        let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
        let mut url = Self::read_without_fragment(text)?;
        url.fragment = unescape(fragment, Part::Fragment)?.into_owned();
        if escape(&url.fragment, Part::Fragment) != fragment {
            fragment.clone_into(&mut url.raw_fragment);
        }
        Ok(url)
    }

    fn read_without_fragment(text: &str) -> Result<Self, &'static str> {
        if text.bytes().any(|byte| byte.is_ascii_control()) {
            return Err("it contains a control character");
        }
        let mut url = Self::default();
        if text == "*" {
            "*".clone_into(&mut url.path);
            return Ok(url);
        }
        let (scheme, rest) = split_scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (rest, query) = match rest.split_once('?') {
            Some((rest, "")) => {
                url.force_query = true;
                (rest, "")
            }
            Some(parts) => parts,
            None => (rest, ""),
        };
        query.clone_into(&mut url.raw_query);

        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                rest.clone_into(&mut url.opaque);
                return Ok(url);
            }
            if rest
                .split('/')
                .next()
                .is_some_and(|segment| segment.contains(':'))
            {
                return Err("its first path segment contains a colon");
            }
        }

        let mut path = rest;
        let relative_triple = url.scheme.is_empty() && rest.starts_with("///");
        match rest.strip_prefix("//") {
            Some(authority) if !relative_triple => {
                let (authority, behind) = match authority.find('/') {
                    Some(at) => authority.split_at(at),
                    None => (authority, ""),
                };
                url.set_authority(authority)?;
                path = behind;
            }
            _ => url.omit_host = !url.scheme.is_empty() && rest.starts_with('/'),
        }
        url.set_path(path)?;
        Ok(url)
    }

    fn set_authority(&mut self, authority: &str) -> Result<(), &'static str> {
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        self.host = read_host(&self.scheme, host)?;
        if let Some(user) = user {
            let valid =
                |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
            if !user.bytes().all(valid) {
                return Err("its user information contains a character that must be escaped");
            }
            let (username, password) = match user.split_once(':') {
                Some((username, password)) => (username, Some(password)),
                None => (user, None),
            };
            self.user = Some(UserInfo {
                username: unescape(username, Part::UserInfo)?.into_owned(),
                password: password
                    .map(|password| unescape(password, Part::UserInfo).map(Cow::into_owned))
                    .transpose()?,
            });
        }
        Ok(())
    }

    /// Takes a path as it is written in a URL.
    fn set_path(&mut self, written: &str) -> Result<(), &'static str> {
        self.path = unescape(written, Part::Path)?.into_owned();
        self.raw_path = if escape(&self.path, Part::Path) == written {
            String::new()
        } else {
            written.to_owned()
        };
        Ok(())
    }

    /// The path as it goes over the wire: as it was written where that still fits `path`, else
    /// escaped anew. [`URL.EscapedPath`](https://pkg.go.dev/net/url#URL.EscapedPath).
    #[must_use]
    pub fn escaped_path(&self) -> Cow<'_, str> {
        if !self.raw_path.is_empty()
            && is_escaped(&self.raw_path, Part::Path)
            && unescape(&self.raw_path, Part::Path).is_ok_and(|path| path == self.path)
        {
            return Cow::Borrowed(&self.raw_path);
        }
        if self.path == "*" {
            return Cow::Borrowed("*");
        }
        escape(&self.path, Part::Path)
    }

    /// The fragment as it stands in a URL.
    /// [`URL.EscapedFragment`](https://pkg.go.dev/net/url#URL.EscapedFragment).
    #[must_use]
    pub fn escaped_fragment(&self) -> Cow<'_, str> {
        if !self.raw_fragment.is_empty()
            && is_escaped(&self.raw_fragment, Part::Fragment)
            && unescape(&self.raw_fragment, Part::Fragment)
                .is_ok_and(|fragment| fragment == self.fragment)
        {
            return Cow::Borrowed(&self.raw_fragment);
        }
        escape(&self.fragment, Part::Fragment)
    }

    /// Path and query as a request line holds them.
    /// [`URL.RequestURI`](https://pkg.go.dev/net/url#URL.RequestURI).
    #[must_use]
    pub fn request_uri(&self) -> String {
        let mut out = String::new();
        if self.opaque.is_empty() {
            let path = self.escaped_path();
            out.push_str(if path.is_empty() { "/" } else { &path });
        } else {
            if self.opaque.starts_with("//") {
                out.push_str(&self.scheme);
                out.push(':');
            }
            out.push_str(&self.opaque);
        }
        self.push_query(&mut out);
        out
    }

    fn push_query(&self, out: &mut String) {
        if self.force_query || !self.raw_query.is_empty() {
            out.push('?');
            out.push_str(&self.raw_query);
        }
    }

    /// The query's parameters. [`URL.Query`](https://pkg.go.dev/net/url#URL.Query).
    #[must_use]
    pub fn query(&self) -> Query {
        Query::parse(&self.raw_query)
    }

    /// The host without port and brackets.
    /// [`URL.Hostname`](https://pkg.go.dev/net/url#URL.Hostname).
    #[must_use]
    pub fn hostname(&self) -> &str {
        let host = self.split_port().0;
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host)
    }

    /// The port, or an empty text. [`URL.Port`](https://pkg.go.dev/net/url#URL.Port).
    #[must_use]
    pub fn port(&self) -> &str {
        self.split_port().1
    }

    fn split_port(&self) -> (&str, &str) {
        match self.host.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port),
            _ => (&self.host, ""),
        }
    }

    /// Whether the URL names a scheme.
    #[must_use]
    pub fn is_absolute(&self) -> bool {
        !self.scheme.is_empty()
    }

    /// The same URL with the password, if there is one, as `xxxxx`.
    /// [`URL.Redacted`](https://pkg.go.dev/net/url#URL.Redacted).
    #[must_use]
    pub fn redacted(&self) -> String {
        let mut url = self.clone();
        if let Some(UserInfo {
            password: Some(password),
            ..
        }) = &mut url.user
        {
            "xxxxx".clone_into(password);
        }
        url.to_string()
    }

    /// Reads a reference, such as a `Location`, from where this URL stands.
    ///
    /// # Errors
    /// A reference that is not a valid URL.
    pub fn join(&self, reference: &str) -> Result<Self, UrlError> {
        Ok(self.resolve(Self::parse(reference)?))
    }

    /// [`URL.ResolveReference`](https://pkg.go.dev/net/url#URL.ResolveReference), RFC 3986
    /// section 5.2.
    #[must_use]
    pub fn resolve(&self, reference: Self) -> Self {
        let mut url = reference;
        let own_place = url.is_absolute() || !url.host.is_empty() || url.user.is_some();
        if url.scheme.is_empty() {
            url.scheme.clone_from(&self.scheme);
        }
        if own_place {
            let path = resolve_path(&url.escaped_path(), "");
            url.take_path(&path);
            return url;
        }
        if !url.opaque.is_empty() {
            url.drop_place();
            return url;
        }
        if url.path.is_empty() && !url.force_query && url.raw_query.is_empty() {
            url.raw_query.clone_from(&self.raw_query);
            if url.fragment.is_empty() {
                url.fragment.clone_from(&self.fragment);
                url.raw_fragment.clone_from(&self.raw_fragment);
            }
        }
        if url.path.is_empty() && !self.opaque.is_empty() {
            url.opaque.clone_from(&self.opaque);
            url.drop_place();
            return url;
        }
        url.host.clone_from(&self.host);
        url.user.clone_from(&self.user);
        let path = resolve_path(&self.escaped_path(), &url.escaped_path());
        url.take_path(&path);
        url
    }

    fn drop_place(&mut self) {
        self.user = None;
        self.host.clear();
        self.path.clear();
    }

    /// As [`Self::set_path`], of a path that was escaped before and so cannot be wrong.
    fn take_path(&mut self, escaped: &str) {
        if self.set_path(escaped).is_err() {
            self.path.clear();
            self.raw_path.clear();
        }
    }
}

impl fmt::Display for Url {
    /// [`URL.String`](https://pkg.go.dev/net/url#URL.String).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        if !self.scheme.is_empty() {
            out.push_str(&self.scheme);
            out.push(':');
        }
        if self.opaque.is_empty() {
            let place = !self.host.is_empty() || self.user.is_some();
            let written = if self.scheme.is_empty() {
                place
            } else {
                !self.omit_host || place
            };
            if written {
                if place || !self.path.is_empty() {
                    out.push_str("//");
                }
                if let Some(user) = &self.user {
                    out.push_str(&user.to_string());
                    out.push('@');
                }
                out.push_str(&escape(&self.host, Part::Host));
            }
            let path = self.escaped_path();
            if !path.is_empty() && !path.starts_with('/') && !self.host.is_empty() {
                out.push('/');
            }
            if out.is_empty()
                && path
                    .split('/')
                    .next()
                    .is_some_and(|first| first.contains(':'))
            {
                out.push_str("./");
            }
            out.push_str(&path);
        } else {
            out.push_str(&self.opaque);
        }
        self.push_query(&mut out);
        if !self.fragment.is_empty() {
            out.push('#');
            out.push_str(&self.escaped_fragment());
        }
        f.write_str(&out)
    }
}

/// Shows no query and no password, which hold tokens often enough.
impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Url({}://{}{})",
            self.scheme,
            self.host,
            self.escaped_path()
        )
    }
}

impl fmt::Display for UserInfo {
    /// [`Userinfo.String`](https://pkg.go.dev/net/url#Userinfo.String).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(&self.username, Part::UserInfo))?;
        if let Some(password) = &self.password {
            write!(f, ":{}", escape(password, Part::UserInfo))?;
        }
        Ok(())
    }
}

impl fmt::Debug for UserInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserInfo(…)")
    }
}

/// Splits the scheme off, if the text begins with one.
fn split_scheme(text: &str) -> Result<(&str, &str), &'static str> {
    let Some((scheme, rest)) = text.split_once(':') else {
        return Ok(("", text));
    };
    let mut bytes = scheme.bytes();
    match bytes.next() {
        None => Err("it lacks the scheme before the colon"),
        Some(first)
            if first.is_ascii_alphabetic()
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) =>
        {
            Ok((scheme, rest))
        }
        Some(_) => Ok(("", text)),
    }
}

fn read_host(scheme: &str, host: &str) -> Result<String, &'static str> {
    match host.rfind('[') {
        Some(0) => return read_ip_literal(host),
        Some(_) => return Err("its host contains a bracket that is not at the start"),
        None => {}
    }
    if let Some((_, after_first)) = host.split_once(':') {
        let strict = matches!(scheme, "http" | "https");
        let port = if strict {
            after_first
        } else {
            host.rsplit_once(':').map_or("", |(_, port)| port)
        };
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("its port is not a number");
        }
    }
    Ok(unescape(host, Part::Host)?.into_owned())
}

/// `[::1]`, `[fe80::1%25eth0]:80`: RFC 3986 section 3.2.2 and RFC 6874.
fn read_ip_literal(host: &str) -> Result<String, &'static str> {
    let Some((literal, port)) = host
        .strip_prefix('[')
        .and_then(|host| host.rsplit_once(']'))
    else {
        return Err("its host lacks the closing bracket");
    };
    let digits = match port.strip_prefix(':') {
        Some(digits) => digits,
        None if port.is_empty() => "",
        None => return Err("its port is not a number"),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("its port is not a number");
    }
    let (address, zone) = match literal.find("%25") {
        Some(at) => literal.split_at(at),
        None => (literal, ""),
    };
    let address = unescape(address, Part::Host)?;
    let zone = unescape(zone, Part::Zone)?;
    // A zone, once decoded, is `%` and a name that must not be empty.
    if zone == "%" || !matches!(address.parse(), Ok(IpAddr::V6(_))) {
        return Err("its host in brackets is not an IPv6 address");
    }
    Ok(format!("[{address}{zone}]{port}"))
}

/// RFC 3986 section 5.2.4, over escaped paths.
fn resolve_path(base: &str, reference: &str) -> String {
    let full = if reference.is_empty() {
        base.to_owned()
    } else if reference.starts_with('/') {
        reference.to_owned()
    } else {
        let folder = base.rfind('/').map_or("", |at| base.split_at(at + 1).0);
        format!("{folder}{reference}")
    };
    if full.is_empty() {
        return full;
    }
    let mut out = String::from("/");
    let mut first = true;
    let mut last = "";
    for segment in full.split('/') {
        last = segment;
        match segment {
            "." => first = false,
            ".." => {
                let keep = out.rfind('/').unwrap_or(0);
                out.truncate(keep.max(1));
                first = out.len() == 1;
            }
            _ => {
                if !first {
                    out.push('/');
                }
                out.push_str(segment);
                first = false;
            }
        }
    }
    if matches!(last, "." | "..") {
        out.push('/');
    }
    match out.strip_prefix('/') {
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => out,
    }
}

#[cfg(test)]
mod tests;
