//! Facts that some formats want in another form than the report has them.

use num_bigint::BigInt;

/// A name in the form of RFC 4514, in its parts, the least specific first, as they are encoded.
pub(super) struct Parts(Vec<(String, String)>);

impl Parts {
    /// Reads what [`Name`](crate::name::Name) writes.
    pub(super) fn new(rfc4514: &str) -> Self {
        let mut parts = Vec::new();
        let (mut kind, mut value) = (None, String::new());
        let mut characters = rfc4514.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some(escaped @ ('"' | '+' | ',' | ';' | '<' | '>' | '\\' | ' ' | '#')) => {
                        value.push(escaped);
                    }
                    // a control character that is spelled out
                    Some(other) => value.extend(['\\', other]),
                    None => value.push('\\'),
                },
                '=' if kind.is_none() => kind = Some(std::mem::take(&mut value)),
                ',' | '+' => {
                    let kind = kind.take().unwrap_or_default();
                    parts.push((kind, std::mem::take(&mut value)));
                }
                _ => value.push(character),
            }
        }
        if let Some(kind) = kind {
            parts.push((kind, value));
        }
        parts.reverse();
        Self(parts)
    }

    /// Every value of a kind, such as `OU`.
    pub(super) fn all(&self, kind: &str) -> impl DoubleEndedIterator<Item = &str> {
        let found = self.0.iter().filter(move |(its, _)| its == kind);
        found.map(|(_, value)| value.as_str())
    }

    /// The first value of a kind; of `CN` the last, which is the name.
    pub(super) fn one(&self, kind: &str) -> &str {
        let mut all = self.all(kind);
        let one = match kind {
            "CN" => all.next_back(),
            _ => all.next(),
        };
        one.unwrap_or_default()
    }
}

/// Longer than a serial number ever may be (RFC 5280 section 4.1.2.2: 20 octets); computing with it would cost more than
/// anybody gains.
const MAX_OCTETS: usize = 64;

/// A serial number in decimal, from its octets in hex.
pub(super) fn decimal(serial: &str) -> String {
    match integer(serial) {
        Some(number) => number.to_string(),
        None => format!("0x{serial}"),
    }
}

/// Its magnitude in hex, whole octets, without those that are zero at the front.
pub(super) fn magnitude(serial: &str) -> String {
    let Some(number) = integer(serial) else {
        return serial.to_owned();
    };
    let (_, octets) = number.to_bytes_be();
    match octets.as_slice() {
        [0] => String::new(),
        octets => crate::cert::asn1::hex(octets),
    }
}

fn integer(hex: &str) -> Option<BigInt> {
    if hex.is_empty() || hex.len() > 2 * MAX_OCTETS || !hex.is_ascii() {
        return None;
    }
    let pairs = (0..hex.len()).step_by(2).map(|at| hex.get(at..at + 2));
    let octets: Option<Vec<u8>> = pairs
        .map(|pair| u8::from_str_radix(pair?, 16).ok())
        .collect();
    // DER writes a sign (X.690 section 8.3)
    Some(BigInt::from_signed_bytes_be(&octets?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_as_they_were() {
        let parts = Parts::new(r#"CN=a\,b,OU=x+OU=\ y,O=q\\\"\u{1b},C=DE"#);
        assert_eq!(parts.one("CN"), "a,b");
        assert_eq!(parts.all("OU").collect::<Vec<_>>(), [" y", "x"]);
        assert_eq!(parts.one("O"), r#"q\"\u{1b}"#);
        assert_eq!((parts.one("C"), parts.one("L")), ("DE", ""));
        assert_eq!(Parts::new("CN=old,CN=new").one("CN"), "old");
        for odd in ["", "=", "CN", "CN=\\", ",,=,+"] {
            Parts::new(odd);
        }
    }

    #[test]
    fn serial_numbers_have_a_sign() {
        assert_eq!(decimal("01ab"), "427");
        assert_eq!(decimal("00ff"), "255");
        assert_eq!(decimal("ff"), "-1");
        assert_eq!(decimal("00"), "0");
        assert_eq!(decimal(""), "0x");
        assert_eq!(decimal(&"7f".repeat(65)), format!("0x{}", "7f".repeat(65)));
        assert_eq!(magnitude("00ff"), "ff");
        assert_eq!(magnitude("0a"), "0a");
        assert_eq!(magnitude("00"), "");
    }
}
