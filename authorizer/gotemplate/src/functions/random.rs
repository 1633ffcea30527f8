//! What is different each time.

use aws_lc_rs::rand::fill;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::arguments::{bytes, int, runes, string};
use super::{Answer, Function, Param};
use crate::Value;
use crate::run::Context;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("randAlphaNum", &[Param::Int], |context, args| {
        characters(context, args, |byte| byte.is_ascii_alphanumeric())
    }),
    Function::new("randAlpha", &[Param::Int], |context, args| {
        characters(context, args, |byte| byte.is_ascii_alphabetic())
    }),
    Function::new("randNumeric", &[Param::Int], |context, args| {
        characters(context, args, |byte| byte.is_ascii_digit())
    }),
    Function::new("randAscii", &[Param::Int], |context, args| {
        characters(context, args, |byte| {
            byte == b' ' || byte.is_ascii_graphic()
        })
    }),
    Function::new("randBytes", &[Param::Int], |context, args| {
        let count = usize::try_from(int(args, 0)).map_err(|_| "a count can't be negative")?;
        context.charge(count)?;
        let mut bytes = vec![0; count];
        random(&mut bytes)?;
        string(context, STANDARD.encode(bytes))
    }),
    Function::new("randInt", &[Param::Int, Param::Int], |_, args| {
        let (from, to) = (int(args, 0), int(args, 1));
        if to <= from {
            return Err("the second number must be greater than the first".to_owned());
        }
        let below = below(to.wrapping_sub(from).cast_unsigned())?;
        Ok(Value::Int(from.wrapping_add(below.cast_signed())))
    }),
    Function::new("uuidv4", &[], |_, _| uuid()),
    Function::new("shuffle", &[Param::Text], shuffle),
];

fn random(bytes: &mut [u8]) -> Result<(), String> {
    fill(bytes).map_err(|_| "the system gives no random numbers".to_owned())
}

/// An even number below `limit`, which is not 0.
fn below(limit: u64) -> Result<u64, String> {
    loop {
        let mut bytes = [0; 8];
        random(&mut bytes)?;
        let number = u64::from_ne_bytes(bytes);
        let remainder = number % limit;
        // Numbers of the last, incomplete run of `limit` would favour small remainders.
        if number - remainder <= u64::MAX - (limit - 1) {
            return Ok(remainder);
        }
    }
}

/// So many characters out of those `wanted` takes; none where the count is negative.
fn characters(context: &mut Context<'_>, args: &[Value], wanted: fn(u8) -> bool) -> Answer {
    let count = usize::try_from(int(args, 0)).unwrap_or_default();
    context.charge(count)?;
    let mut text = Vec::with_capacity(count);
    while text.len() < count {
        let mut bytes = [0; 256];
        random(&mut bytes)?;
        let missing = count - text.len();
        let fitting = bytes
            .iter()
            .map(|byte| byte & 0x7f)
            .filter(|byte| wanted(*byte));
        text.extend(fitting.take(missing));
    }
    string(context, text)
}

/// A version 4 UUID ([RFC 9562](https://www.rfc-editor.org/rfc/rfc9562) section 5.4).
fn uuid() -> Answer {
    let mut bytes = [0; 16];
    random(&mut bytes)?;
    let bits = u128::from_be_bytes(bytes);
    let bits = bits & !(0xf << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62;
    let mut text = format!("{bits:032x}");
    for place in [20, 16, 12, 8] {
        text.insert(place, '-');
    }
    Ok(text.into())
}

fn shuffle(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let mut characters: Vec<char> = runes(bytes(args, 0)).collect();
    context.charge_elements(characters.len())?;
    for last in (1..characters.len()).rev() {
        let limit = u64::try_from(last).unwrap_or_default() + 1;
        characters.swap(last, usize::try_from(below(limit)?).unwrap_or_default());
    }
    string(context, characters.into_iter().collect::<String>())
}
