//! What a request's line holds that is lost before the request is there: the parser cuts a target at `#`.

/// Follows the bytes of a connection through a request's line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RequestLine {
    begun: bool,
    ended: bool,
    has_fragment: bool,
}

impl RequestLine {
    /// Sees the next bytes.
    pub(super) fn see(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.ended {
                return;
            }
            match byte {
                // Empty lines may stand before a request.
                b'\r' | b'\n' if !self.begun => {}
                b'\n' => self.ended = true,
                b'#' => {
                    self.begun = true;
                    self.has_fragment = true;
                }
                _ => self.begun = true,
            }
        }
    }

    /// Whether there was a `#`, which no target holds
    /// ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112#section-3.2)): some servers take it for the
    /// end of the path, others for a part of it.
    pub(super) fn has_fragment(self) -> bool {
        self.has_fragment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_is_seen_in_the_line_alone_however_it_arrives() {
        for (request, wanted) in [
            ("GET /a HTTP/1.1\r\nX-A: #\r\n\r\n#", false),
            ("GET /a#b HTTP/1.1\r\n\r\n", true),
            ("GET /a#", true),
            ("\r\n\r\nGET /#/../b HTTP/1.1\r\n", true),
            ("\r\n\r\nGET / HTTP/1.1\r\n#", false),
            ("#", true),
            ("", false),
        ] {
            for step in 1..=request.len().max(1) {
                let mut line = RequestLine::default();
                for bytes in request.as_bytes().chunks(step) {
                    line.see(bytes);
                }
                assert_eq!(line.has_fragment(), wanted, "{request:?} by {step}");
            }
        }
    }
}
