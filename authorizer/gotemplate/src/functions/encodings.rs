//! Base64 and base32.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::arguments::{bytes, string};
use super::{Answer, Function, Param};
use crate::Value;
use crate::run::Context;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("b64enc", &[Param::Text], |context, args| {
        context.charge(bytes(args, 0).len())?;
        string(context, BASE64.encode(bytes(args, 0)))
    }),
    Function::new("b64dec", &[Param::Text], base64_decode),
    Function::new("b32enc", &[Param::Text], |context, args| {
        context.charge(bytes(args, 0).len())?;
        string(context, base32_encode(bytes(args, 0)))
    }),
    Function::new("b32dec", &[Param::Text], base32_decode),
];

/// Go's decoder lets the bits beyond the last byte be anything.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The decoded bytes; what can't be decoded gives the error's text, as sprig does it.
fn base64_decode(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let encoded = without_line_breaks(bytes(args, 0));
    match BASE64.decode(&encoded) {
        Ok(decoded) => string(context, decoded),
        Err(_) => {
            let place = first_bad_base64(bytes(args, 0));
            Ok(format!("illegal base64 data at input byte {place}").into())
        }
    }
}

fn without_line_breaks(text: &[u8]) -> Vec<u8> {
    text.iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect()
}

/// Where Go's decoder stops: at a wrong character, at misplaced padding, or at the end.
fn first_bad_base64(text: &[u8]) -> usize {
    let mut in_quantum = 0;
    let mut places = text
        .iter()
        .enumerate()
        .filter(|(_, byte)| !matches!(byte, b'\r' | b'\n'));
    while let Some((place, byte)) = places.next() {
        match byte {
            b'=' => {
                if in_quantum < 2 {
                    return place;
                }
                if in_quantum == 2 {
                    match places.next() {
                        Some((_, b'=')) => {}
                        Some((place, _)) => return place - 1,
                        None => return text.len(),
                    }
                }
                return places.next().map_or(text.len(), |(place, _)| place);
            }
            b'+' | b'/' => {}
            other if other.is_ascii_alphanumeric() => {}
            _ => return place,
        }
        in_quantum = (in_quantum + 1) % 4;
    }
    text.len() - in_quantum
}

fn base32_encode(data: &[u8]) -> String {
    let mut out = String::with_capacity(data.len().div_ceil(5) * 8);
    for chunk in data.chunks(5) {
        let mut bits = [0_u8; 8];
        for (place, byte) in bits.iter_mut().skip(3).zip(chunk) {
            *place = *byte;
        }
        let bits = u64::from_be_bytes(bits);
        let digits = (chunk.len() * 8).div_ceil(5);
        for digit in 0..8 {
            let index = usize::try_from(bits >> (35 - 5 * digit) & 31).unwrap_or_default();
            let letter = BASE32.get(index).copied().map_or('=', char::from);
            out.push(if digit < digits { letter } else { '=' });
        }
    }
    out
}

/// The decoded bytes; what can't be decoded gives the error's text, as sprig does it.
fn base32_decode(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let encoded = without_line_breaks(bytes(args, 0));
    match decode_base32(&encoded) {
        Ok(decoded) => string(context, decoded),
        Err(place) => Ok(format!("illegal base32 data at input byte {place}").into()),
    }
}

/// Decodes padded base32 ([RFC 4648](https://www.rfc-editor.org/rfc/rfc4648) section 6), or says
/// where it goes wrong.
fn decode_base32(encoded: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(encoded.len() / 8 * 5);
    let total = encoded.len();
    for (number, chunk) in encoded.chunks(8).enumerate() {
        let start = number * 8;
        let mut bits = 0_u64;
        let mut digits = 0;
        for (place, letter) in chunk.iter().enumerate() {
            let behind = start + place + 1;
            if *letter == b'=' && place >= 2 && total - behind < 8 {
                check_padding(encoded, behind, place)?;
                break;
            }
            let value = BASE32
                .iter()
                .position(|known| known == letter)
                .ok_or(start + place)?;
            bits |= u64::try_from(value).unwrap_or_default() << (35 - 5 * place);
            digits += 1;
        }
        if digits == chunk.len() && chunk.len() < 8 {
            return Err(start);
        }
        let bytes = bits.to_be_bytes();
        out.extend(bytes.iter().skip(3).take(digits * 5 / 8));
        if digits < 8 {
            break;
        }
    }
    Ok(out)
}

/// Checks that a group of so many digits is padded to eight characters.
fn check_padding(encoded: &[u8], behind: usize, digits: usize) -> Result<(), usize> {
    let padding = encoded.get(behind..).unwrap_or_default();
    let wanted = 7 - digits;
    if padding.len() < wanted {
        return Err(encoded.len());
    }
    if let Some(wrong) = padding.iter().take(wanted).position(|byte| *byte != b'=') {
        return Err(behind + wrong - 1);
    }
    if matches!(digits, 1 | 3 | 6) {
        Err(behind - 1)
    } else {
        Ok(())
    }
}
