//! Floats by powers of two: `%b` and `%x`.

use std::io::Write as _;

/// How many bits a float's fraction has.
const FRACTION: u32 = 52;

/// The mantissa and the exponent of 2, as they are stored: mantissa × 2^exponent.
fn parts(value: f64) -> (u64, i64) {
    let bits = value.to_bits();
    let fraction = bits & ((1 << FRACTION) - 1);
    let stored = i64::try_from(bits >> FRACTION & 0x7ff).unwrap_or_default();
    match stored {
        0 => (fraction, -1074),
        _ => (fraction | 1 << FRACTION, stored - 1075),
    }
}

/// `4503599627370496p-52`
pub(super) fn append_binary(out: &mut Vec<u8>, value: f64) {
    let (mantissa, exponent) = parts(value);
    let sign = if value.is_sign_negative() { "-" } else { "" };
    // A `Vec` takes every write, so the result says nothing.
    let _ = write!(out, "{sign}{mantissa}p{exponent:+}");
}

/// `0x1.8p+01`, with so many digits or as many as it takes.
pub(super) fn append_hex(out: &mut Vec<u8>, value: f64, precision: Option<usize>) {
    let (mut mantissa, mut exponent) = parts(value);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // Shifted so that the leading 1 is at bit 60.
        let shift = i64::from(mantissa.leading_zeros()) - 3;
        mantissa <<= shift;
        exponent += 60 - shift;
    }
    if let Some(digits) = precision.filter(|digits| *digits < 15) {
        let dropped = 60 - 4 * digits;
        let extra = mantissa & ((1 << dropped) - 1);
        mantissa >>= dropped;
        let half = 1 << (dropped - 1);
        if extra > half || extra == half && mantissa & 1 == 1 {
            mantissa += 1;
        }
        mantissa <<= dropped;
        if mantissa >> 61 == 1 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let fraction = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let fraction = match precision {
        None => fraction.trim_end_matches('0').to_owned(),
        Some(digits) => match fraction.get(..digits) {
            Some(fraction) => fraction.to_owned(),
            None => fraction.clone() + &"0".repeat(digits - fraction.len()),
        },
    };
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    let (mark, size) = (
        if exponent < 0 { '-' } else { '+' },
        exponent.unsigned_abs(),
    );
    let _ = write!(
        out,
        "{sign}0x{}{point}{fraction}p{mark}{size:02}",
        mantissa >> 60
    );
}
