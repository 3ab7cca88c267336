//! What goes into the stores of the sample: per type what it holds, aliases, passwords and dates out of the generator.

use crate::kit::Random;
use crate::types::{
    BCFKS, BKS, BOUNCY_PKCS12, CASE_EXACT_JKS, Dates, JCEKS, JKS, PKCS12, Type, UBER,
};

/// Of each container, written by us.
pub(super) const STORES: usize = 24;
/// The same where opening a store is dear.
const FEW: usize = 10;
/// Of each container, written by Java.
pub(super) const THEIRS: usize = 6;

/// What a type can hold and its reader takes.
pub(super) struct Rules {
    pub(super) of: Type,
    pub(super) aliases: Words,
    pub(super) store_passwords: Words,
    pub(super) key_passwords: Words,
    /// Whether a key has a password of its own now and then; else all keys of a store share one, which costs less.
    pub(super) own: bool,
    pub(super) stores: usize,
    /// Most in one store: 200,000 iterations each in JCEKS, 51,200 in BCFKS.
    pub(super) keys: usize,
}

#[derive(Clone, Copy)]
pub(super) enum Words {
    /// All of Unicode, and at least so many characters.
    Any(usize),
    /// No zero, which ends a BMPString for some.
    NoZero(usize),
    /// Java refuses anything else under PBE ("Password is not ASCII").
    Printable(usize),
}

pub(super) const RULES: &[Rules] = &[
    Rules {
        of: JKS,
        aliases: Words::Any(0),
        // keytool's six characters, which the writer asks for
        store_passwords: Words::Any(6),
        key_passwords: Words::Any(6),
        own: true,
        stores: STORES,
        keys: 12,
    },
    Rules {
        of: CASE_EXACT_JKS,
        aliases: Words::Any(0),
        store_passwords: Words::Any(6),
        key_passwords: Words::Any(6),
        own: true,
        stores: STORES,
        keys: 12,
    },
    Rules {
        of: JCEKS,
        aliases: Words::Any(0),
        store_passwords: Words::Any(6),
        key_passwords: Words::Printable(6),
        own: false,
        stores: STORES,
        keys: 1,
    },
    Rules {
        of: PKCS12,
        aliases: Words::NoZero(1),
        store_passwords: Words::Printable(0),
        key_passwords: Words::Printable(0),
        own: true,
        stores: STORES,
        keys: 3,
    },
    // BouncyCastle keeps case in BKS, UBER and BCFKS
    Rules {
        of: BKS,
        aliases: Words::Any(0),
        // the empty password is another case: nothing is checked then
        store_passwords: Words::Any(1),
        key_passwords: Words::Any(0),
        own: true,
        stores: STORES,
        keys: 12,
    },
    Rules {
        of: UBER,
        aliases: Words::Any(0),
        store_passwords: Words::Any(0),
        key_passwords: Words::Any(0),
        own: true,
        stores: STORES,
        keys: 12,
    },
    Rules {
        of: BCFKS,
        aliases: Words::Any(0),
        store_passwords: Words::Any(0),
        key_passwords: Words::Any(0),
        // BouncyCastle has no identifier for DES there
        own: false,
        stores: FEW,
        keys: 1,
    },
    // no secret keys: BouncyCastle passes over their bags; one password for all, it knows no other
    Rules {
        of: BOUNCY_PKCS12,
        aliases: Words::NoZero(1),
        store_passwords: Words::Printable(1),
        key_passwords: Words::Printable(1),
        own: false,
        stores: STORES,
        keys: 3,
    },
];

impl Words {
    pub(super) fn text(self, random: &Random, most: usize) -> String {
        let (Self::Any(least) | Self::NoZero(least) | Self::Printable(least)) = self;
        let length = least + random.below(most);
        let mut text = String::new();
        while text.chars().count() < length {
            let next = match self {
                Self::Any(_) => character(random),
                Self::NoZero(_) => Some(character(random))
                    .flatten()
                    .filter(|next| *next != '\0'),
                Self::Printable(_) => Some(char::from(b' ' + (random.next() % 95) as u8)),
            };
            text.extend(next);
        }
        text
    }
}

/// From all of Unicode, with more of what goes wrong; `None` now and then.
fn character(random: &Random) -> Option<char> {
    const BLOCKS: &[(u32, u32)] = &[
        (0x20, 0x7e),
        (0x41, 0x5a),
        (0, 0x1f),
        (0x7f, 0xff),
        (0x100, 0x17f), // İ and ı among them
        (0x370, 0x3ff), // Σ, whose lower case depends on its place
        (0x400, 0x45f),
        (0x4e00, 0x9fff),
        (0xe000, 0xf8ff),
        (0xfff0, 0xffff),
        (0x1_0400, 0x1_044f), // Deseret: case beyond the BMP
        (0x1_f600, 0x1_f64f),
        (0x10_fff0, 0x10_ffff),
        (0, 0x10_ffff),
    ];
    let (first, last) = *random.pick(BLOCKS);
    let span = usize::try_from(last - first + 1).unwrap();
    let next = char::from_u32(first + u32::try_from(random.below(span)).unwrap())?;
    // Unicode has given case to more scripts since the version that a Java knows: its lower case is not ours there
    let is_old = u32::from(next) < 0x600 || (0x1_0400..0x1_0450).contains(&u32::from(next));
    (is_old || next.to_lowercase().eq([next])).then_some(next)
}

/// Of the type's range, its ends and zero among them.
pub(super) fn date(of: Type, random: &Random) -> i64 {
    let any = random.next().cast_signed();
    match (of.dates(), random.below(4)) {
        // 1583 to 9999 in whole seconds: before that Java counts by the Julian calendar
        (Dates::Seconds, _) => any.rem_euclid(265_000_000_000) * 1000 - 12_000_000_000_000,
        (Dates::Millis, 0) => any,
        (Dates::Millis, 1) => *random.pick(&[0, -1, 1, i64::MIN, i64::MAX]),
        _ => any % 4_000_000_000_000,
    }
}
