//! Whether a request's line has a fragment. The HTTP parser removes it, so it is seen in the bytes of the connection.

/// Reads the bytes of a connection up to the end of a request's line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RequestLine {
    begun: bool,
    ended: bool,
    has_fragment: bool,
}

impl RequestLine {
    /// Reads the next bytes.
    pub(super) fn see(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.ended {
                return;
            }
            match byte {
                // Empty lines may precede a request.
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

    /// Whether there was a `#`, which no target contains
    /// ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112#section-3.2)): some servers end the path there, others
    /// keep it as a part of the path.
    pub(super) fn has_fragment(self) -> bool {
        self.has_fragment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_is_seen_in_the_line_only_in_pieces_of_any_size() {
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
