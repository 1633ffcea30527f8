//! Percent-encoding by part of a URL.

/// A part of a URL; each leaves other characters alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Host,
    Zone,
    Path,
    User,
    Fragment,
}

impl Part {
    fn leaves(self, byte: u8) -> bool {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            return true;
        }
        match self {
            Self::Host | Self::Zone => b"!$&'()*+,;=:[]<>\"".contains(&byte),
            Self::Path => b"$&+,/:;=@".contains(&byte),
            Self::User => b"$&+,;=".contains(&byte),
            Self::Fragment => b"$&+,/:;=?@!()*".contains(&byte),
        }
    }
}

/// Encodes what the part can't hold.
pub(super) fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if part.leaves(*byte) {
            out.push(*byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    out
}

/// Decodes a part.
///
/// # Errors
///
/// For a malformed escape, and for a character that a host can't hold.
pub(super) fn unescape(text: &str, part: Part) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        let in_host = matches!(part, Part::Host | Part::Zone);
        if *byte != b'%' {
            if in_host && byte.is_ascii() && !part.leaves(*byte) {
                return Err("the URL's host has an invalid character".to_owned());
            }
            out.push(*byte);
            continue;
        }
        let (digits, behind) = rest.split_at_checked(2).ok_or_else(invalid_escape)?;
        rest = behind;
        let digits = std::str::from_utf8(digits).map_err(|_| invalid_escape())?;
        if digits.starts_with('+') {
            return Err(invalid_escape());
        }
        let value = u8::from_str_radix(digits, 16).map_err(|_| invalid_escape())?;
        let allowed = match part {
            Part::Host => value >= 0x80 || digits == "25",
            Part::Zone => digits == "25" || value == b' ' || Part::Host.leaves(value),
            _ => true,
        };
        if !allowed {
            return Err(invalid_escape());
        }
        out.push(value);
    }
    Ok(out)
}

fn invalid_escape() -> String {
    "the URL has an invalid escape".to_owned()
}
