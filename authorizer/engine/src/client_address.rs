//! Who the client is by its address, and whose word that is.

use std::net::IpAddr;

use oathgate_gostd::Header;

use crate::Request;

/// Whether headers may say what the client's address is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressHeaders {
    /// They count, as in Oathkeeper: the peer is a gateway that writes them.
    #[default]
    Believed,
    /// They are the client's own word: the gateway told the client's address beside the headers.
    Ignored,
}

/// The headers that name a client's address.
const NAMES: [&str; 3] = ["Forwarded", "X-Forwarded-For", "X-Real-Ip"];

impl Request {
    /// Every address that the client may have: the peer's, and where headers are believed those that the
    /// first `X-Forwarded-For` lists.
    pub(crate) fn client_addresses(&self) -> impl Iterator<Item = IpAddr> {
        let forwarded = match self.address_headers {
            AddressHeaders::Believed => self.header.get("X-Forwarded-For").unwrap_or_default(),
            AddressHeaders::Ignored => "",
        };
        let hops = forwarded.split(',');
        let listed = hops.filter_map(|hop| hop.trim().parse().ok());
        self.remote_addr.into_iter().chain(listed)
    }

    /// The address a service is told: the first public one of `X-Forwarded-For`, else `X-Real-Ip`; the
    /// peer's where there is neither, or where headers are not believed. As
    /// [`realip`](https://pkg.go.dev/github.com/tomasen/realip) has it.
    pub(crate) fn client_address(&self) -> String {
        let header = |name: &str| self.header.get(name).unwrap_or_default();
        let (real, forwarded) = (header("X-Real-Ip"), header("X-Forwarded-For"));
        let is_named = !real.is_empty() || !forwarded.is_empty();
        if !is_named || self.address_headers == AddressHeaders::Ignored {
            return self.peer();
        }
        forwarded
            .split(',')
            .map(str::trim)
            .find(|text| text.parse().is_ok_and(|address| !is_private(address)))
            .unwrap_or(real)
            .to_owned()
    }

    /// The headers as services are told them. Where headers are not believed, those that name the
    /// client's address name the one that the gateway saw, and are gone where that cannot be written or
    /// is not known.
    pub(crate) fn header_for_services(&self) -> Header {
        let mut header = self.header.clone();
        if self.address_headers == AddressHeaders::Ignored {
            let peer = self.peer();
            for name in NAMES {
                if header.get(name).is_none() {
                    continue;
                }
                if name == "Forwarded" || peer.is_empty() {
                    header.remove(name);
                } else {
                    header.set(name, &peer);
                }
            }
        }
        header
    }

    fn peer(&self) -> String {
        self.remote_addr
            .map(|address| address.to_string())
            .unwrap_or_default()
    }
}

fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(address_headers: AddressHeaders, headers: &[(&str, &str)]) -> Request {
        Request {
            remote_addr: "198.51.100.7".parse().ok(),
            header: headers.iter().copied().collect(),
            address_headers,
            ..Request::default()
        }
    }

    #[test]
    fn a_gateway_s_headers_name_the_client() {
        let address = |headers: &[_]| asked(AddressHeaders::Believed, headers).client_address();
        assert_eq!(address(&[]), "198.51.100.7");
        assert_eq!(address(&[("X-Real-Ip", "203.0.113.9")]), "203.0.113.9");
        assert_eq!(
            address(&[(
                "X-Forwarded-For",
                "10.1.1.1, nonsense, fe80::1, 203.0.113.9, 192.0.2.1"
            )]),
            "203.0.113.9"
        );
        assert_eq!(address(&[("X-Forwarded-For", "10.1.1.1")]), "");
        let private = [
            ("X-Forwarded-For", "::ffff:10.0.0.1"),
            ("X-Real-Ip", "here"),
        ];
        assert_eq!(address(&private), "here");
        let request = asked(AddressHeaders::Believed, &private);
        assert_eq!(request.client_addresses().count(), 2);
        assert_eq!(request.header_for_services(), request.header);
    }

    #[test]
    fn a_client_s_own_headers_name_nobody() {
        let headers = [
            ("X-Forwarded-For", "203.0.113.9"),
            ("X-Forwarded-For", "203.0.113.10"),
            ("X-Real-Ip", "203.0.113.9"),
            ("Forwarded", "for=203.0.113.9"),
            ("X-Other", "203.0.113.9"),
        ];
        let request = asked(AddressHeaders::Ignored, &headers);
        assert_eq!(request.client_address(), "198.51.100.7");
        let addresses: Vec<_> = request.client_addresses().collect();
        assert_eq!(
            addresses,
            request.remote_addr.into_iter().collect::<Vec<_>>()
        );
        let mut told: Vec<_> = request
            .header_for_services()
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        told.sort();
        assert_eq!(
            told,
            [
                "X-Forwarded-For: 198.51.100.7",
                "X-Other: 203.0.113.9",
                "X-Real-Ip: 198.51.100.7"
            ]
        );
        let unknown = Request {
            remote_addr: None,
            ..request
        };
        assert_eq!(
            (
                unknown.client_address().as_str(),
                unknown.client_addresses().count()
            ),
            ("", 0)
        );
        let told = unknown.header_for_services();
        assert_eq!(
            told.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            ["X-Other"]
        );
        let none = asked(AddressHeaders::Ignored, &[("X-Other", "1")]);
        assert_eq!(none.header_for_services(), none.header);
    }
}
