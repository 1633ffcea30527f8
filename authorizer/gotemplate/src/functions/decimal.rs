//! Decimal arithmetic, so that `addf 0.1 0.2` is 0.3.

use std::cmp::Ordering;

/// How many decimal places a quotient has.
const PLACES: i32 = 16;

/// `coefficient × 10^exponent`
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal {
    coefficient: i128,
    exponent: i32,
}

impl Decimal {
    /// The shortest decimal that reads as a float; `None` for infinities and NaN.
    pub(super) fn from_float(value: f64) -> Option<Self> {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e')?;
        let fraction = mantissa
            .split_once('.')
            .map_or(0, |(_, fraction)| fraction.len());
        let coefficient = mantissa.replace('.', "").parse().ok()?;
        let exponent: i32 = exponent.parse().ok()?;
        Some(Self {
            coefficient,
            exponent: exponent - i32::try_from(fraction).ok()?,
        })
    }

    /// The float nearest to the decimal.
    pub(super) fn to_float(self) -> f64 {
        format!("{}e{}", self.coefficient, self.exponent)
            .parse()
            .unwrap_or_default()
    }

    /// The sum; `None` where it has more digits than fit.
    pub(super) fn add(self, other: Self) -> Option<Self> {
        let exponent = self.exponent.min(other.exponent);
        let sum = self
            .scaled(exponent)?
            .checked_add(other.scaled(exponent)?)?;
        Some(Self {
            coefficient: sum,
            exponent,
        })
    }

    /// The difference; `None` where it has more digits than fit.
    pub(super) fn sub(self, other: Self) -> Option<Self> {
        self.add(Self {
            coefficient: other.coefficient.checked_neg()?,
            ..other
        })
    }

    /// The product; `None` where it has more digits than fit.
    pub(super) fn mul(self, other: Self) -> Option<Self> {
        let coefficient = self.coefficient.checked_mul(other.coefficient)?;
        Some(Self {
            coefficient,
            exponent: self.exponent.checked_add(other.exponent)?,
        })
    }

    /// The quotient, rounded half away from zero; `None` where it has more digits than fit, or the
    /// divisor is 0.
    pub(super) fn div(self, other: Self) -> Option<Self> {
        let shift = self
            .exponent
            .checked_sub(other.exponent)?
            .checked_add(PLACES)?;
        let power = power_of_ten(shift.unsigned_abs())?;
        let (dividend, divisor) = match shift.cmp(&0) {
            Ordering::Less => (self.coefficient, other.coefficient.checked_mul(power)?),
            _ => (self.coefficient.checked_mul(power)?, other.coefficient),
        };
        let quotient = dividend.checked_div(divisor)?;
        let remainder = dividend.checked_rem(divisor)?;
        let away = remainder.checked_mul(2)?.unsigned_abs() >= divisor.unsigned_abs();
        let step = if (dividend < 0) == (divisor < 0) {
            1
        } else {
            -1
        };
        let coefficient = if away {
            quotient.checked_add(step)?
        } else {
            quotient
        };
        Some(Self {
            coefficient,
            exponent: -PLACES,
        })
    }

    /// Whether it is 0.
    pub(super) fn is_zero(self) -> bool {
        self.coefficient == 0
    }

    fn scaled(self, exponent: i32) -> Option<i128> {
        let power = power_of_ten(self.exponent.checked_sub(exponent)?.unsigned_abs())?;
        self.coefficient.checked_mul(power)
    }
}

fn power_of_ten(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}
