//! Public keys.

use num_bigint::BigUint;
use time::macros::date;

use super::when;
use crate::cert::asn1::{self, Reader};
use crate::key::{
    DSA, EC, ED448, ED25519, P256, P384, P521, PublicKey, RSA, RSA_PSS, modulus_bits,
};
use crate::lint::Rule;
use crate::lint::view::View;
use crate::report::Severity::{Critical, Warning};

const PAGE: &str = "LINT-KEY";
const RSA_KEYS: &str = "Baseline Requirements section 6.1.6, RFC 8017 section 3.1";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "rsa-too-short",
        Critical,
        "Baseline Requirements section 6.1.5, NIST SP 800-57 part 1 table 2",
        |view| {
            let bits = modulus_bits(rsa(view)?.bits)?;
            (bits < 2048).then(|| format!("the RSA key has {bits} bits, and 2048 are the least"))
        },
    )
    .from(date!(2014 - 01 - 01)),
    Rule::new(
        PAGE,
        "rsa-odd-size",
        Critical,
        "Baseline Requirements section 6.1.5",
        |view| {
            let bits = modulus_bits(rsa(view)?.bits)?;
            (bits % 8 != 0)
                .then(|| format!("the RSA key has {bits} bits, which is no multiple of 8"))
        },
    )
    .public()
    .from(date!(2017 - 02 - 28)),
    Rule::new(PAGE, "rsa-exponent-even", Critical, RSA_KEYS, |view| {
        let (_, exponent) = numbers(view)?;
        when(
            exponent.last().is_some_and(|last| last & 1 == 0),
            "the exponent of the RSA key is even",
        )
    }),
    Rule::new(PAGE, "rsa-exponent-too-small", Critical, RSA_KEYS, |view| {
        let exponent = exponent(view)?;
        when(
            exponent < BigUint::from(3_u8),
            "the exponent of the RSA key is less than 3",
        )
    }),
    Rule::new(PAGE, "rsa-exponent-negative", Critical, RSA_KEYS, |view| {
        let (_, exponent) = numbers(view)?;
        when(
            exponent.first().is_some_and(|first| first & 0x80 != 0),
            "the exponent of the RSA key is negative",
        )
    }),
    Rule::new(
        PAGE,
        "rsa-exponent-unusual",
        Warning,
        "Baseline Requirements section 6.1.6",
        |view| {
            let exponent = exponent(view)?;
            let is_usual = exponent > BigUint::from(1_u32 << 16) && exponent.bits() <= 256;
            when(
                !is_usual,
                "the exponent of the RSA key is not between 2^16 + 1 and 2^256 - 1",
            )
        },
    )
    .from(date!(2013 - 01 - 01)),
    Rule::new(PAGE, "rsa-modulus-even", Critical, RSA_KEYS, |view| {
        let (modulus, _) = numbers(view)?;
        when(
            modulus.last().is_some_and(|last| last & 1 == 0),
            "the modulus of the RSA key is even",
        )
    }),
    Rule::new(
        PAGE,
        "rsa-small-factor",
        Critical,
        "Baseline Requirements section 6.1.6",
        |view| {
            let (modulus, _) = numbers(view)?;
            let factor = small_factor(modulus)?;
            Some(format!(
                "the modulus of the RSA key is a multiple of {factor}: anybody can derive the private key"
            ))
        },
    ),
    Rule::new(
        PAGE,
        "rsa-close-primes",
        Critical,
        "Baseline Requirements section 6.1.1.3 (4)",
        |view| {
            let (modulus, _) = numbers(view)?;
            when(
                has_close_primes(&BigUint::from_bytes_be(modulus)),
                "the primes of the RSA key lie so close that anybody can derive it (Fermat's factorization)",
            )
        },
    ),
    Rule::new(
        PAGE,
        "rsa-parameters",
        Critical,
        "RFC 3279 section 2.3.1",
        |view| {
            let key = view.public_key().filter(|key| key.oid == RSA)?;
            when(
                key.parameters != Some(&[5, 0]),
                "the parameters of an RSA key must be NULL",
            )
        },
    ),
    Rule::new(
        PAGE,
        "ec-curve",
        Critical,
        "Baseline Requirements section 6.1.5, Mozilla Root Store Policy section 5.1",
        |view| {
            let key = view.public_key().filter(|key| key.oid == EC)?;
            let curve = key.curve_oid();
            let is_usual = curve
                .as_deref()
                .is_some_and(|curve| [P256, P384, P521].contains(&curve));
            when(
                !is_usual,
                "the curve is none of P-256, P-384 and P-521, which clients know",
            )
        },
    )
    .public(),
    Rule::new(PAGE, "ec-point", Critical, "RFC 5480 section 2.2", |view| {
        let key = view.public_key().filter(|key| key.oid == EC)?;
        when(
            !key.is_readable_for_openssl(),
            "the public key is no point of its curve",
        )
    }),
    Rule::new(
        PAGE,
        "dsa",
        Critical,
        "Mozilla Root Store Policy section 5.1",
        |view| {
            when(
                view.public_key()?.oid == DSA,
                "a DSA key, which no browser accepts",
            )
        },
    )
    .from(date!(2017 - 03 - 31)),
    Rule::new(
        PAGE,
        "key-type",
        Critical,
        "Baseline Requirements section 7.1.3.1",
        |view| {
            let oid = view.public_key()?.oid;
            let is_allowed = [RSA, EC].contains(&oid.as_str());
            let is_known = [RSA_PSS, ED25519, ED448, DSA].contains(&oid.as_str());
            let what = if is_known {
                "a key of a kind"
            } else {
                "a key of an unknown kind"
            };
            (!is_allowed).then(|| format!("{what} that a public CA may not certify: {oid}"))
        },
    )
    .public(),
];

fn rsa<'a>(view: &View<'a>) -> Option<PublicKey<'a>> {
    view.public_key()
        .filter(|key| matches!(key.oid.as_str(), RSA | RSA_PSS))
}

/// Modulus and exponent, as contents of an INTEGER.
fn numbers<'a>(view: &View<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let mut fields = Reader::inside(rsa(view)?.bits, asn1::SEQUENCE)?;
    let modulus = fields.expect_tag(asn1::INTEGER)?.value;
    let exponent = fields.expect_tag(asn1::INTEGER)?.value;
    Some((modulus, exponent))
}

fn exponent(view: &View<'_>) -> Option<BigUint> {
    let (_, exponent) = numbers(view)?;
    let is_negative = exponent.first().is_some_and(|first| first & 0x80 != 0);
    (!is_negative).then(|| BigUint::from_bytes_be(exponent))
}

/// The Baseline Requirements want no factor below 752.
fn small_factor(modulus: &[u8]) -> Option<u32> {
    let is_prime = |number: &u32| {
        (2..*number)
            .take_while(|at| at * at <= *number)
            .all(|at| !number.is_multiple_of(at))
    };
    (3..752).filter(is_prime).find(|prime| {
        let rest = modulus.iter().fold(0_u32, |rest, octet| {
            (rest * 256 + u32::from(*octet)) % prime
        });
        rest == 0
    })
}

/// The Baseline Requirements want a hundred rounds.
fn has_close_primes(modulus: &BigUint) -> bool {
    const ROUNDS: u8 = 100;
    if modulus.bits() < 64 || !modulus.bit(0) {
        return false;
    }
    let root = modulus.sqrt();
    let is_below = &root * &root < *modulus;
    let start = if is_below { root + 1_u8 } else { root };
    (0..ROUNDS).any(|round| {
        let middle = &start + round;
        let rest = &middle * &middle - modulus;
        let half = rest.sqrt();
        &half * &half == rest
    })
}
