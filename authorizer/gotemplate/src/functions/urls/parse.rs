//! Takes a URL apart.

use std::net::Ipv6Addr;

use super::{Part, escape, unescape};

/// A URL's parts, decoded.
#[derive(Debug, Default)]
pub(super) struct Url {
    pub(super) scheme: String,
    pub(super) opaque: String,
    /// User and password as the URL holds them.
    pub(super) user: String,
    pub(super) host: Vec<u8>,
    pub(super) path: Vec<u8>,
    pub(super) query: String,
    pub(super) fragment: Vec<u8>,
}

impl Url {
    /// Go's `url.Parse`.
    ///
    /// # Errors
    ///
    /// What is wrong with the URL.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
        if text.bytes().any(|byte| byte.is_ascii_control()) {
            return Err("the URL has a control character".to_owned());
        }
        let mut url = Self {
            fragment: unescape(fragment, Part::Fragment)?,
            ..Self::default()
        };
        if text == "*" {
            url.path = b"*".to_vec();
            return Ok(url);
        }
        let (scheme, rest) = scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        url.query = query.to_owned();
        if !rest.starts_with('/') {
            if !scheme.is_empty() {
                url.opaque = rest.to_owned();
                return Ok(url);
            }
            if rest
                .split('/')
                .next()
                .is_some_and(|segment| segment.contains(':'))
            {
                return Err("the URL's first segment has a colon".to_owned());
            }
        }
        let mut path = rest;
        let after_slashes = rest.strip_prefix("//");
        let has_authority = !scheme.is_empty() || !rest.starts_with("///");
        if let Some(authority) = after_slashes.filter(|_| has_authority) {
            let end = authority.find('/').unwrap_or(authority.len());
            let (authority, behind) = authority.split_at_checked(end).unwrap_or((authority, ""));
            path = behind;
            url.authority(authority)?;
        }
        url.path = unescape(path, Part::Path)?;
        Ok(url)
    }

    fn authority(&mut self, authority: &str) -> Result<(), String> {
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        self.host = parse_host(&self.scheme, host)?;
        let Some(user) = user else { return Ok(()) };
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
        if !user.bytes().all(fits) {
            return Err("the URL's user is invalid".to_owned());
        }
        let (name, password) = match user.split_once(':') {
            Some((name, password)) => (name, Some(password)),
            None => (user, None),
        };
        let recoded = |part: &str| {
            let decoded = unescape(part, Part::User)?;
            Ok::<_, String>(String::from_utf8_lossy(&escape(&decoded, Part::User)).into_owned())
        };
        self.user = recoded(name)?;
        if let Some(password) = password {
            self.user.push(':');
            self.user.push_str(&recoded(password)?);
        }
        Ok(())
    }

    /// The host without its port and brackets.
    pub(super) fn hostname(&self) -> &[u8] {
        let host = self.host.as_slice();
        let colon = host.iter().rposition(|byte| *byte == b':');
        let port = colon.and_then(|colon| host.get(colon + 1..));
        let host = match (colon, port) {
            (Some(colon), Some(port)) if port.iter().all(u8::is_ascii_digit) => {
                host.get(..colon).unwrap_or(host)
            }
            _ => host,
        };
        host.strip_prefix(b"[")
            .and_then(|host| host.strip_suffix(b"]"))
            .unwrap_or(host)
    }
}

fn scheme(text: &str) -> Result<(&str, &str), String> {
    for (position, byte) in text.bytes().enumerate() {
        match byte {
            b':' if position == 0 => {
                return Err("the URL has no scheme before its colon".to_owned());
            }
            b':' => {
                let (scheme, rest) = text.split_at_checked(position).unwrap_or((text, ""));
                return Ok((scheme, rest.strip_prefix(':').unwrap_or(rest)));
            }
            _ if byte.is_ascii_alphabetic() => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if position > 0 => {}
            _ => break,
        }
    }
    Ok(("", text))
}

fn parse_host(scheme: &str, host: &str) -> Result<Vec<u8>, String> {
    let invalid = || "the URL's host is invalid".to_owned();
    match host.rfind('[') {
        Some(0) => {
            let (inside, port) = host.rsplit_once(']').ok_or_else(invalid)?;
            let inside = inside.strip_prefix('[').ok_or_else(invalid)?;
            check_port(port)?;
            let mut name = Vec::new();
            match inside
                .find("%25")
                .and_then(|zone| inside.split_at_checked(zone))
            {
                Some((address, zone)) => {
                    name.extend(unescape(address, Part::Host)?);
                    name.extend(unescape(zone, Part::Zone)?);
                }
                None => name.extend(unescape(inside, Part::Host)?),
            }
            let text = std::str::from_utf8(&name).map_err(|_| invalid())?;
            let (address, zone) = match text.split_once('%') {
                Some((address, zone)) => (address, Some(zone)),
                None => (text, None),
            };
            if address.parse::<Ipv6Addr>().is_err() || zone == Some("") {
                return Err(invalid());
            }
            Ok([b"[", name.as_slice(), b"]", port.as_bytes()].concat())
        }
        Some(_) => Err(invalid()),
        None => {
            let strict = matches!(scheme, "http" | "https");
            let colon = if strict {
                host.find(':')
            } else {
                host.rfind(':')
            };
            check_port(
                colon
                    .and_then(|colon| host.get(colon..))
                    .unwrap_or_default(),
            )?;
            unescape(host, Part::Host)
        }
    }
}

/// Go's rule for what follows a host: nothing, or a colon and digits.
fn check_port(port: &str) -> Result<(), String> {
    let digits = if port.is_empty() {
        Some("")
    } else {
        port.strip_prefix(':')
    };
    match digits {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(()),
        _ => Err("the URL's port is invalid".to_owned()),
    }
}
