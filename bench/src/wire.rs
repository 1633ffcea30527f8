//! As much HTTP/1.1 as a server on loopback needs: one message in, one message out.

use std::io::{self, BufRead, Read as _, Write};

/// A request, read whole.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads the next request; `None` where the client has gone.
pub(crate) fn read(from: &mut impl BufRead) -> io::Result<Option<Message>> {
    let Some(first) = line(from)? else {
        return Ok(None);
    };
    let mut message = Message {
        path: first.split(' ').nth(1).unwrap_or_default().to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    while let Some(header) = line(from)?.filter(|header| !header.is_empty()) {
        if let Some((name, value)) = header.split_once(':') {
            message
                .headers
                .push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    if message.header("transfer-encoding").is_some() {
        while let Some(size) = line(from)? {
            let size = u64::from_str_radix(size.trim(), 16).unwrap_or(0);
            take(from, size, &mut message.body)?;
            line(from)?;
            if size == 0 {
                break;
            }
        }
    } else {
        let length = message
            .header("content-length")
            .and_then(|length| length.parse().ok());
        take(from, length.unwrap_or(0), &mut message.body)?;
    }
    Ok(Some(message))
}

/// Writes an answer in one piece.
pub(crate) fn write(to: &mut impl Write, head: &str, body: &[u8]) -> io::Result<()> {
    let mut answer =
        format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    to.write_all(&answer)?;
    to.flush()
}

fn take(from: &mut impl BufRead, length: u64, into: &mut Vec<u8>) -> io::Result<()> {
    from.by_ref().take(length).read_to_end(into)?;
    Ok(())
}

fn line(from: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut text = String::new();
    if from.read_line(&mut text)? == 0 {
        return Ok(None);
    }
    Ok(Some(text.trim_end().to_owned()))
}
