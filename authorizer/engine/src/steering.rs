//! Headers that are an order to the server in front, or belong to one connection.

/// Beginnings of names, in lower case: nginx, Apache and others, lighttpd, h2o and perlbal send another
/// resource, or log or limit otherwise, where an answer holds such a header; `Proxy-` belongs to the
/// connection.
const PREFIXES: [&str; 5] = [
    "x-accel-",
    "x-sendfile",
    "x-lighttpd-",
    "x-reproxy-",
    "proxy-",
];

/// Names in lower case that belong to one connection
/// ([RFC 9110, section 7.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1)).
const OF_CONNECTION: [&str; 7] = [
    "connection",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether a header in an answer steers the server in front of whoever answers. Underscores count as
/// hyphens, as some servers read them.
#[must_use]
pub fn steers_servers(name: &str) -> bool {
    let plain = name.to_ascii_lowercase().replace('_', "-");
    OF_CONNECTION.contains(&plain.as_str())
        || PREFIXES.iter().any(|prefix| plain.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_orders_to_servers_and_what_belongs_to_a_connection_in_any_spelling() {
        for name in [
            "X-Accel-Redirect",
            "x-accel-limit-rate",
            "X_Accel_Redirect",
            "X-Sendfile",
            "X-SENDFILE-TEMPORARY",
            "X-Sendfile2",
            "X-LIGHTTPD-send-file",
            "X-Reproxy-URL",
            "Connection",
            "Keep-Alive",
            "Proxy-Authenticate",
            "proxy-connection",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "transfer_encoding",
            "Upgrade",
        ] {
            assert!(steers_servers(name), "{name}");
        }
        for name in [
            "X-User",
            "X-Accel",
            "Accept",
            "Upgrade-Insecure-Requests",
            "Cookie",
            "X-Send",
            "Te-Xt",
        ] {
            assert!(!steers_servers(name), "{name}");
        }
    }
}
