//! Arithmetic and conversions.

use oathgate_gostd::strconv::{atoi, parse_radix};

use super::arguments::{any, int, rest, string, text};
use super::cast::{float_of, int_of};
use super::decimal::Decimal;
use super::{Answer, Function, Param};
use crate::run::Context;
use crate::{Elem, Slice, Value};
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("atoi", &[Param::Text], |_, args| {
        Ok(Value::Int(atoi(&text(args, 0))))
    }),
    Function::new("int", &[Param::Any], |_, args| {
        Ok(Value::Int(int_of(any(args, 0))))
    }),
    Function::new("int64", &[Param::Any], |_, args| {
        Ok(Value::Int64(int_of(any(args, 0))))
    }),
    Function::new("float64", &[Param::Any], |_, args| {
        Ok(Value::Float(float_of(any(args, 0))))
    }),
    Function::new("toDecimal", &[Param::Any], |context, args| {
        let printed = context.print(any(args, 0))?;
        let octal = std::str::from_utf8(&printed)
            .ok()
            .and_then(|text| parse_radix(text, 8));
        Ok(Value::Int64(octal.unwrap_or_default()))
    }),
    Function::new("add1", &[Param::Any], |_, args| {
        Ok(Value::Int64(int_of(any(args, 0)).wrapping_add(1)))
    }),
    Function::variadic("add", &[], Param::Any, |_, args| {
        Ok(Value::Int64(
            args.iter().map(int_of).fold(0, i64::wrapping_add),
        ))
    }),
    Function::new("sub", &[Param::Any, Param::Any], |_, args| {
        Ok(Value::Int64(
            int_of(any(args, 0)).wrapping_sub(int_of(any(args, 1))),
        ))
    }),
    Function::variadic("mul", &[Param::Any], Param::Any, |_, args| {
        Ok(Value::Int64(
            args.iter().map(int_of).fold(1, i64::wrapping_mul),
        ))
    }),
    Function::new("div", &[Param::Any, Param::Any], |_, args| {
        divide(args, i64::wrapping_div)
    }),
    Function::new("mod", &[Param::Any, Param::Any], |_, args| {
        divide(args, i64::wrapping_rem)
    }),
    Function::new("add1f", &[Param::Any], |_, args| {
        chain(
            float_of(any(args, 0)),
            &[Value::Int(1)],
            Decimal::add,
            |a, b| a + b,
        )
    }),
    Function::variadic("addf", &[], Param::Any, |_, args| {
        chain(0.0, args, Decimal::add, |a, b| a + b)
    }),
    Function::variadic("subf", &[Param::Any], Param::Any, |_, args| {
        chain(
            float_of(any(args, 0)),
            rest(args, 1),
            Decimal::sub,
            |a, b| a - b,
        )
    }),
    Function::variadic("mulf", &[Param::Any], Param::Any, |_, args| {
        chain(
            float_of(any(args, 0)),
            rest(args, 1),
            Decimal::mul,
            |a, b| a * b,
        )
    }),
    Function::variadic("divf", &[Param::Any], Param::Any, |_, args| {
        let zero =
            |value: &Value| Decimal::from_float(float_of(value)).is_some_and(Decimal::is_zero);
        if rest(args, 1).iter().any(zero) {
            return Err("division by zero".to_owned());
        }
        chain(
            float_of(any(args, 0)),
            rest(args, 1),
            Decimal::div,
            |a, b| a / b,
        )
    }),
    Function::variadic("biggest", &[Param::Any], Param::Any, largest),
    Function::variadic("max", &[Param::Any], Param::Any, largest),
    Function::variadic("min", &[Param::Any], Param::Any, |_, args| {
        Ok(Value::Int64(
            args.iter().map(int_of).min().unwrap_or_default(),
        ))
    }),
    Function::variadic("maxf", &[Param::Any], Param::Any, |_, args| {
        fold_floats(args, |a, b| {
            if a.is_nan() || b.is_nan() {
                f64::NAN
            } else {
                a.max(b)
            }
        })
    }),
    Function::variadic("minf", &[Param::Any], Param::Any, |_, args| {
        fold_floats(args, |a, b| {
            if a.is_nan() || b.is_nan() {
                f64::NAN
            } else {
                a.min(b)
            }
        })
    }),
    Function::new("ceil", &[Param::Any], |_, args| {
        Ok(Value::Float(float_of(any(args, 0)).ceil()))
    }),
    Function::new("floor", &[Param::Any], |_, args| {
        Ok(Value::Float(float_of(any(args, 0)).floor()))
    }),
    Function::variadic("round", &[Param::Any, Param::Int], Param::Float, round),
    Function::new("until", &[Param::Int], |context, args| {
        let stop = int(args, 0);
        numbers(context, 0, stop, if stop < 0 { -1 } else { 1 }).map(ints)
    }),
    Function::new(
        "untilStep",
        &[Param::Int, Param::Int, Param::Int],
        |context, args| numbers(context, int(args, 0), int(args, 1), int(args, 2)).map(ints),
    ),
    Function::variadic("seq", &[], Param::Int, seq),
];

fn divide(args: &[Value], run: fn(i64, i64) -> i64) -> Answer {
    match int_of(any(args, 1)) {
        0 => Err("division by zero".to_owned()),
        divisor => Ok(Value::Int64(run(int_of(any(args, 0)), divisor))),
    }
}

fn largest(_: &mut Context<'_>, args: &[Value]) -> Answer {
    Ok(Value::Int64(
        args.iter().map(int_of).max().unwrap_or_default(),
    ))
}

fn fold_floats(args: &[Value], run: fn(f64, f64) -> f64) -> Answer {
    Ok(Value::Float(
        args.iter().map(float_of).reduce(run).unwrap_or_default(),
    ))
}

/// Combines `args` one by one as decimals; what has too many digits for that, as floats.
fn chain(
    start: f64,
    args: &[Value],
    exact: fn(Decimal, Decimal) -> Option<Decimal>,
    rough: fn(f64, f64) -> f64,
) -> Answer {
    let not_finite = || "infinities and NaN have no decimals".to_owned();
    let mut result = Decimal::from_float(start).ok_or_else(not_finite)?;
    for arg in args {
        let other = Decimal::from_float(float_of(arg)).ok_or_else(not_finite)?;
        result = match exact(result, other) {
            Some(result) => result,
            None => Decimal::from_float(rough(result.to_float(), other.to_float()))
                .ok_or_else(not_finite)?,
        };
    }
    Ok(Value::Float(result.to_float()))
}

/// Rounds to so many places: up from the third argument's share of a unit on, which is usually ½.
fn round(_: &mut Context<'_>, args: &[Value]) -> Answer {
    let share = match any(args, 2) {
        Value::Float(share) => *share,
        _ => 0.5,
    };
    let places = i32::try_from(int(args, 1).clamp(-1000, 1000)).unwrap_or_default();
    let power = 10_f64.powi(places);
    let scaled = power * float_of(any(args, 0));
    let rounded = if scaled.fract() >= share {
        scaled.ceil()
    } else {
        scaled.floor()
    };
    Ok(Value::Float(rounded / power))
}

/// The numbers from `start` to before `stop`; none where `step` leads away from it.
fn numbers(
    context: &mut Context<'_>,
    start: i64,
    stop: i64,
    step: i64,
) -> Result<Vec<i64>, String> {
    if step == 0 || (stop < start) != (step < 0) {
        return Ok(Vec::new());
    }
    let span = i128::from(stop) - i128::from(start);
    let count = span
        .unsigned_abs()
        .div_ceil(u128::from(step.unsigned_abs()));
    context.charge_elements(usize::try_from(count).unwrap_or(usize::MAX))?;
    let count = i64::try_from(count).unwrap_or_default();
    Ok((0..count)
        .map(|place| start.wrapping_add(place.wrapping_mul(step)))
        .collect())
}

fn ints(numbers: Vec<i64>) -> Value {
    let items = numbers.into_iter().map(Value::Int).collect();
    Value::Slice(Arc::new(Slice::new(Elem::Int, items)))
}

/// `seq last`, `seq first last` or `seq first step last`, with blanks between.
fn seq(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let (first, step, last) = match args.len() {
        1 => (1, None, int(args, 0)),
        2 => (int(args, 0), None, int(args, 1)),
        3 => (int(args, 0), Some(int(args, 1)), int(args, 2)),
        _ => return Ok(Value::from("")),
    };
    let direction = if last < first { -1 } else { 1 };
    if direction < 0 && step.is_some_and(|step| step > 0) {
        return Ok(Value::from(""));
    }
    let stop = last.wrapping_add(direction);
    let numbers = numbers(context, first, stop, step.unwrap_or(direction))?;
    let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    string(context, texts.join(" "))
}
