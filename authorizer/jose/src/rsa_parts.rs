//! The members of an RSA private key that a key set may omit because they follow from the others:
//! [RFC 7518 section 6.3.2](https://www.rfc-editor.org/rfc/rfc7518#section-6.3.2).

use std::cmp::Ordering;

/// From `d`, `p` and `q`, big-endian: first `dp = d mod (p-1)`, `dq = d mod (q-1)` and `qi = 1/q mod p`.
///
/// `None` where `p` and `q` cannot be the primes of a key. Whether they are prime is not checked.
pub(super) fn derive(d: &[u8], p: &[u8], q: &[u8]) -> Option<[Box<[u8]>; 3]> {
    let (p_odd, q_odd) = (p.last()? & 1 == 1, q.last()? & 1 == 1);
    if !p_odd || !q_odd {
        return None;
    }
    let (p, q) = (Natural::read(p), Natural::read(q));
    let dp = Natural::read(d).modulo(&p.less_one())?;
    let dq = Natural::read(d).modulo(&q.less_one())?;
    let qi = q.modulo(&p)?.inverse(&p)?;
    Some([dp.write(), dq.write(), qi.write()])
}

/// A whole number, in digits of 32 bits, the smallest first. Numbers that meet have equally many.
#[derive(Clone)]
struct Natural(Vec<u32>);

impl Natural {
    fn read(bytes: &[u8]) -> Self {
        Self(
            bytes
                .rchunks(4)
                .map(|chunk| {
                    chunk
                        .iter()
                        .fold(0, |digit, byte| digit << 8 | u32::from(*byte))
                })
                .collect(),
        )
    }

    fn write(&self) -> Box<[u8]> {
        self.0
            .iter()
            .rev()
            .flat_map(|digit| digit.to_be_bytes())
            .collect()
    }

    fn with_digits(&self, count: usize) -> Self {
        Self(
            self.0
                .iter()
                .copied()
                .chain(std::iter::repeat(0))
                .take(count)
                .collect(),
        )
    }

    fn is_zero(&self) -> bool {
        self.0.iter().all(|digit| *digit == 0)
    }

    fn is_one(&self) -> bool {
        self.0.first() == Some(&1) && self.0.iter().skip(1).all(|digit| *digit == 0)
    }

    fn is_even(&self) -> bool {
        self.0.first().is_none_or(|digit| digit & 1 == 0)
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }

    /// One less, of an odd number.
    fn less_one(&self) -> Self {
        let mut less = self.clone();
        if let Some(digit) = less.0.first_mut() {
            *digit &= !1;
        }
        less
    }

    /// `other` is not greater.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for (digit, other) in self.0.iter_mut().zip(&other.0) {
            let (rest, less) = digit.overflowing_sub(*other);
            let (rest, lesser) = rest.overflowing_sub(u32::from(borrow));
            (*digit, borrow) = (rest, less || lesser);
        }
    }

    /// There is room for the sum.
    fn add(&mut self, other: &Self) {
        let mut carry = false;
        for (digit, other) in self.0.iter_mut().zip(&other.0) {
            let (sum, more) = digit.overflowing_add(*other);
            let (sum, still_more) = sum.overflowing_add(u32::from(carry));
            (*digit, carry) = (sum, more || still_more);
        }
    }

    fn double_and_add(&mut self, bit: u32) {
        let mut carry = bit;
        for digit in &mut self.0 {
            let out = *digit >> 31;
            *digit = *digit << 1 | carry;
            carry = out;
        }
    }

    fn halve(&mut self) {
        let mut carry = 0;
        for digit in self.0.iter_mut().rev() {
            let out = *digit << 31;
            *digit = *digit >> 1 | carry;
            carry = out;
        }
    }

    fn modulo(&self, modulus: &Self) -> Option<Self> {
        if modulus.is_zero() {
            return None;
        }
        let modulus = modulus.with_digits(modulus.0.len() + 1);
        let mut rest = Self(vec![0; modulus.0.len()]);
        for digit in self.0.iter().rev() {
            for bit in (0..32).rev() {
                rest.double_and_add(digit >> bit & 1);
                if rest.compare(&modulus) != Ordering::Less {
                    rest.subtract(&modulus);
                }
            }
        }
        Some(rest)
    }

    /// The inverse modulo an odd number, by the binary extended algorithm of Euclid (Handbook of
    /// Applied Cryptography, 14.61); `None` where there is none.
    fn inverse(&self, modulus: &Self) -> Option<Self> {
        let digits = modulus.0.len() + 1;
        let modulus = modulus.with_digits(digits);
        let (mut a, mut b) = (self.with_digits(digits), modulus.clone());
        let mut of_a = Self(vec![1]).with_digits(digits);
        let mut of_b = Self(vec![0]).with_digits(digits);
        loop {
            if a.is_zero() || b.is_zero() {
                return None;
            }
            if a.is_one() {
                return Some(of_a);
            }
            if b.is_one() {
                return Some(of_b);
            }
            for (number, factor) in [(&mut a, &mut of_a), (&mut b, &mut of_b)] {
                while number.is_even() {
                    number.halve();
                    if !factor.is_even() {
                        factor.add(&modulus);
                    }
                    factor.halve();
                }
            }
            let a_is_greater = a.compare(&b) != Ordering::Less;
            let (greater, lesser, of_greater, of_lesser) = if a_is_greater {
                (&mut a, &b, &mut of_a, &of_b)
            } else {
                (&mut b, &a, &mut of_b, &of_a)
            };
            greater.subtract(lesser);
            if of_greater.compare(of_lesser) == Ordering::Less {
                of_greater.add(&modulus);
            }
            of_greater.subtract(of_lesser);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(bytes: &[u8]) -> u128 {
        bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u128::from(*byte))
    }

    #[test]
    fn it_derives_what_follows_from_two_primes() {
        let (p, q, d) = (1_000_003_u128, 998_244_353_u128, 123_456_789_012_345_u128);
        let [dp, dq, qi] =
            derive(&d.to_be_bytes(), &p.to_be_bytes(), &q.to_be_bytes()).expect("primes");
        assert_eq!(number(&dp), d % (p - 1));
        assert_eq!(number(&dq), d % (q - 1));
        assert_eq!(number(&qi) * (q % p) % p, 1);
        assert!(number(&qi) < p);
    }

    #[test]
    fn it_derives_nothing_from_numbers_that_cannot_be_the_primes_of_a_key() {
        for (p, q) in [
            (vec![], vec![7]),
            (vec![8], vec![7]),
            (vec![7], vec![7]),
            (vec![9], vec![3]),
        ] {
            assert_eq!(derive(&[5], &p, &q), None, "{p:?} {q:?}");
        }
    }

    proptest! {
        #[test]
        fn an_inverse_times_its_number_is_one(a: u64, modulus: u64) {
            let modulus = modulus | 1;
            let reduced = Natural::read(&a.to_be_bytes()).modulo(&Natural::read(&modulus.to_be_bytes()));
            let reduced = reduced.expect("the modulus is odd");
            prop_assert_eq!(number(&reduced.write()), u128::from(a % modulus));
            if let Some(inverse) = reduced.inverse(&Natural::read(&modulus.to_be_bytes())) {
                let product = number(&inverse.write()) * u128::from(a % modulus);
                prop_assert_eq!(product % u128::from(modulus), 1 % u128::from(modulus));
            }
        }
    }
}
