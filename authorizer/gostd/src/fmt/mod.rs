//! Go's [`fmt`](https://pkg.go.dev/fmt): how values print.

mod binary;
mod float;
mod integer;
mod printer;
mod printf;
mod quote;

pub use float::{Style, append_float};
use printer::{Flags, Printer};
pub use printf::sprintf;
pub use quote::{append_quoted, is_print};

use crate::Value;

/// Writes a value as `%v` does, until about `limit` bytes are written: a template can make values
/// that are small in memory and huge in print.
pub fn write(out: &mut Vec<u8>, value: &Value, limit: usize) {
    match value {
        Value::Str(text) => out.extend_from_slice(text.as_bytes()),
        Value::Bytes(bytes) => out.extend_from_slice(bytes),
        _ => {
            let limit = limit.saturating_add(out.len());
            Printer::new(out, Flags::default(), limit).argument(value, 'v');
        }
    }
}

/// Go's `fmt.Sprint`: a blank between two arguments neither of which is a string.
pub fn sprint(out: &mut Vec<u8>, args: &[Value], limit: usize) {
    let mut after_text = true;
    for arg in args {
        let is_text = arg.as_bytes().is_some();
        if !is_text && !after_text {
            out.push(b' ');
        }
        write(out, arg, limit.saturating_sub(out.len()));
        after_text = is_text;
    }
}

/// Go's `fmt.Sprintln`: a blank between any two arguments, and a line break.
pub fn sprintln(out: &mut Vec<u8>, args: &[Value], limit: usize) {
    for (position, arg) in args.iter().enumerate() {
        if position > 0 {
            out.push(b' ');
        }
        write(out, arg, limit.saturating_sub(out.len()));
    }
    out.push(b'\n');
}
