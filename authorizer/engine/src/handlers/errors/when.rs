//! `when`: the conditions under which an error handler is responsible.

use std::net::IpAddr;

use serde::Deserialize;
use serde_json::Value;

use super::{
    accept,
    media_type::{self, MediaTypeError},
};
use crate::{
    Failure, Request,
    config::{
        Form, Shape,
        shape::{ANY, TEXT},
    },
    handlers::options::{OptionValue, UnreadOption, from_json, options},
};

/// Blocks of conditions, of which one must hold; none at all always hold.
#[derive(Debug)]
pub(crate) struct Conditions(Vec<Block>);

impl OptionValue for Conditions {
    const SHAPE: Shape = Vec::<Block>::SHAPE;

    fn read(value: Value) -> Result<Self, UnreadOption> {
        Vec::read(value).map(Self)
    }

    fn absent() -> Option<Self> {
        Some(Self(Vec::new()))
    }
}

options! {
    /// One block: the error must be one of those named, and every condition on the request must hold.
    #[derive(Debug)]
    struct Block {
        /// The errors of which the refusal must be one; any without them.
        error: Vec<ErrorName>,
        /// Conditions on the request, which must all hold.
        request: RequestConditions,
    }
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum ErrorName {
    Unauthorized,
    Forbidden,
    InternalServerError,
    NotFound,
}

impl OptionValue for ErrorName {
    const SHAPE: Shape = Shape::text(Form::Choice(&[
        "unauthorized",
        "forbidden",
        "internal_server_error",
        "not_found",
    ]));

    fn read(value: Value) -> Result<Self, UnreadOption> {
        from_json(value)
    }
}

options! {
    #[derive(Debug)]
    struct RequestConditions {
        /// The networks (`10.0.0.0/8`) of which one must have the client's address.
        cidr: Vec<Network>,
        /// Conditions on the request's headers, which must all hold.
        header: HeaderConditions,
    }
}

options! {
    #[derive(Debug)]
    struct HeaderConditions {
        /// The media types of which the request's Content-Type must be one; `application/*` means all of a kind.
        content_type: MediaRanges,
        /// The media types of which the request must accept one.
        accept: MediaRanges,
    }
}

/// The media ranges of a condition, one or more to an entry.
#[derive(Debug, Default)]
struct MediaRanges {
    are_set: bool,
    ranges: Vec<String>,
}

impl OptionValue for MediaRanges {
    const SHAPE: Shape = Shape::list(&ANY);

    fn read(value: Value) -> Result<Self, UnreadOption> {
        let entries: Vec<Option<String>> = from_json(value)?;
        let are_set = !entries.is_empty();
        let joined = entries.into_iter().flatten().collect::<Vec<_>>().join(",");
        let ranges = accept::ranges(&joined)
            .into_iter()
            .map(str::to_owned)
            .collect();
        Ok(Self { are_set, ranges })
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl Conditions {
    /// Whether the conditions hold.
    ///
    /// # Errors
    /// A `Content-Type` that cannot be read, where a block that fits the error needs one.
    pub(super) fn hold(
        &self,
        request: &Request,
        failure: &Failure,
    ) -> Result<bool, MediaTypeError> {
        let name = error_name(failure);
        for block in &self.0 {
            let fits =
                block.error.is_empty() || name.is_some_and(|name| block.error.contains(&name));
            if fits && block.request.hold(request)? {
                return Ok(true);
            }
        }
        Ok(self.0.is_empty())
    }
}

/// What a condition calls a failure.
///
/// A failure without a status counts as an internal error, and so does a 429: it comes wrapped with
/// the headers it passes on, and Oathkeeper does not look into the wrapping.
fn error_name(failure: &Failure) -> Option<ErrorName> {
    match failure.status {
        None | Some(429 | 500) => Some(ErrorName::InternalServerError),
        Some(401) => Some(ErrorName::Unauthorized),
        Some(403) => Some(ErrorName::Forbidden),
        Some(404) => Some(ErrorName::NotFound),
        Some(_) => None,
    }
}

impl RequestConditions {
    fn hold(&self, request: &Request) -> Result<bool, MediaTypeError> {
        let HeaderConditions {
            content_type,
            accept,
        } = &self.header;
        if content_type.are_set {
            let mut types = Vec::new();
            for one in header_or_octets(request, "Content-Type").split(',') {
                types.push(media_type::without_parameters(one.trim())?);
            }
            if !accept::overlap(&accept::ranges(&types.join(", ")), &content_type.ranges) {
                return Ok(false);
            }
        }
        if accept.are_set {
            let listed = accept::ranges(header_or_octets(request, "Accept"));
            if !accept::overlap(&listed, &accept.ranges) {
                return Ok(false);
            }
        }
        Ok(self.cidr.is_empty() || self.is_near(request))
    }

    /// Whether an address that the client may have is in one of the networks. Oathkeeper's documentation says so; its code never looks at `cidr`.
    fn is_near(&self, request: &Request) -> bool {
        request
            .client_addresses()
            .any(|address| self.cidr.iter().any(|network| network.contains(address)))
    }
}

fn header_or_octets<'a>(request: &'a Request, name: &str) -> &'a str {
    request
        .header
        .get(name)
        .filter(|value| !value.is_empty())
        .unwrap_or("application/octet-stream")
}

/// A network in [CIDR notation](https://www.rfc-editor.org/rfc/rfc4632): `10.0.0.0/8`, `2001:db8::/32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let written: IpAddr = address.parse().ok()?;
        let address = written.to_canonical();
        if bits.is_empty() || !bits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let bits: u32 = bits.parse().ok()?;
        if bits > width(written) {
            return None;
        }
        // An IPv4 network that is written as an IPv6 one counts the 96 bits before it.
        Some(Self {
            address,
            bits: bits.saturating_sub(width(written) - width(address)),
        })
    }

    fn contains(&self, address: IpAddr) -> bool {
        let shift = |address: u128, width: u32| address.checked_shr(width - self.bits).unwrap_or(0);
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                shift(network.to_bits().into(), 32) == shift(address.to_bits().into(), 32)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                shift(network.to_bits(), 128) == shift(address.to_bits(), 128)
            }
            _ => false,
        }
    }
}

/// The bits of an address.
fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl OptionValue for Network {
    const SHAPE: Shape = TEXT;

    fn read(value: Value) -> Result<Self, UnreadOption> {
        let text: String = from_json(value)?;
        Self::parse(&text)
            .ok_or_else(|| format!("`{text}` is not a network, write it as in `10.0.0.0/8`").into())
    }
}
