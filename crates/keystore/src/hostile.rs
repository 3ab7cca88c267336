//! Damaged and hostile input of every format: no panic, no stall, no memory beyond the input's measure.

mod bombs;
mod cuts;
mod integrity;
mod lies;
mod names;
mod samples;

use proptest::prelude::*;
use proptest::sample::Index;

use crate::testing::pkcs12::{bag, cert_bag, data, info, pfx};
use crate::testing::{self, PASSWORD, der, octets, open, sequence};
use crate::{Contents, Entry, Format, ber, oid};
use samples::samples;

#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Insert(Index, Vec<u8>),
    Remove(Index, Index),
    /// A stretch of another sample in place of what stands there.
    Splice(Index, usize, Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<Index>;
    prop_oneof![
        (index(), 1..=255_u8).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        index().prop_map(Damage::Cut),
        (index(), prop::collection::vec(any::<u8>(), 1..9))
            .prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (index(), index()).prop_map(|(from, to)| Damage::Remove(from, to)),
        (index(), any::<usize>(), index(), 1..200_usize)
            .prop_map(|(at, other, from, length)| Damage::Splice(at, other, from, length)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: Damage, samples: &[Vec<u8>]) {
    if bytes.is_empty() {
        return;
    }
    match damage {
        Damage::Flip(at, bits) => {
            let at = at.index(bytes.len());
            bytes[at] ^= bits;
        }
        Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Damage::Insert(at, inserted) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, inserted);
        }
        Damage::Remove(from, to) => {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            bytes.drain(from.min(to)..from.max(to));
        }
        Damage::Splice(at, other, from, length) => {
            let other = &samples[other % samples.len()];
            let from = from.index(other.len());
            let stretch = &other[from..other.len().min(from + length)];
            let at = at.index(bytes.len());
            let end = bytes.len().min(at + length);
            bytes.splice(at..end, stretch.iter().copied());
        }
    }
}

/// How many bytes the result holds on the word of the input; remarks count, too.
fn held(contents: &Contents) -> usize {
    let of_entry = |entry: &Entry| {
        let certificates = entry.certificates().iter().map(|der| der.len());
        let attributes = entry.attributes.iter().flat_map(|found| &found.values);
        let key = entry.kind.key().map_or(0, |key| {
            let sealed = key
                .as_encrypted_pkcs8()
                .or_else(|| key.as_java_protected(Format::Jceks))
                .or_else(|| key.as_java_object())
                .or_else(|| key.as_bouncy())
                .or_else(|| key.as_fips().map(|(_, der)| der));
            let clear = || key.unlock(None).map_or(0, |key| key.secret_pkcs8().len());
            sealed.map_or_else(clear, <[u8]>::len)
        });
        certificates.sum::<usize>()
            + attributes.map(Vec::len).sum::<usize>()
            + key
            + entry.alias.as_str().len()
    };
    let entries = contents.store.entries().iter().map(of_entry);
    let requests = contents.others.requests.iter();
    let rest = contents
        .others
        .crls
        .iter()
        .chain(&contents.others.public_keys);
    let others = requests
        .map(|request| request.der().len())
        .chain(rest.map(Vec::len));
    let notes = contents.notes.iter().map(|note| note.to_string().len());
    entries.chain(others).chain(notes).sum()
}

/// A certificate stands in as many chains as there are keys, at most this often in all; a remark of some hundred bytes
/// may be due to a few.
fn bound(bytes: &[u8]) -> usize {
    16 * bytes.len() + 4096
}

proptest! {
    #[test]
    fn damage_is_an_error_or_a_note_and_never_a_panic(
        which in any::<Index>(),
        damages in prop::collection::vec(damage(), 1..4),
        price in 0..16_u8,
    ) {
        thread_local!(static SAMPLES: Vec<Vec<u8>> =
            samples().into_iter().map(|sample| sample.bytes).collect());
        SAMPLES.with(|samples| {
            let mut bytes = which.get(samples).clone();
            for damage in damages {
                apply(&mut bytes, damage, samples);
            }
            let _ = Format::detect(&bytes);
            // a changed iteration count may be dear, so most go without a password
            let password = (price == 0).then_some(PASSWORD);
            if let Ok(contents) = open(&bytes, password) {
                assert!(held(&contents) <= bound(&bytes));
                for key in contents.store.entries().iter().filter_map(|entry| entry.kind.key()) {
                    let _ = key.unlock(None);
                    assert!(!key.protection().is_empty());
                }
            }
        });
    }
}

/// Input of about `size` bytes that costs the most where something is not linear.
fn inputs(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let fill = |unit: &[u8]| unit.repeat(size / unit.len());
    let joined = |start: &[u8], unit: &[u8]| [start, &fill(unit)].concat();
    let tiny_bags = data(&[&fill(&[0x30, 0])]);
    let jks = |version: u8, count: &[u8; 4]| {
        [&[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, version], &count[..]].concat()
    };
    // one key with as many empty certificates as there is room for, under a long alias
    let chain = [
        jks(1, &[0, 0, 0, 1]),
        vec![0, 0, 0, 1, 0xff, 0xff],
        vec![b'A'; 0xffff],
        vec![0; 12],
        vec![0xff; 4],
    ];
    let chunks = {
        let key = [
            &oid::algorithm(&oid::PBES2)[..],
            &[0x24, 0x80],
            &[0x24, 0x80].repeat(40),
            &fill(&[4, 0]),
            &[0; 84],
        ];
        let open_ended = [&[0x30, 0x80][..], &key.concat()].concat();
        pfx(
            &[&data(&[&bag(&oid::SHROUDED_KEY_BAG, &open_ended, &[])])],
            &[],
        )
    };
    let signed = |list: &[u8]| {
        let signed = sequence(&[
            &[2, 1, 1, 0x31, 0],
            &sequence(&[&oid::der(&oid::DATA)]),
            &ber::encode(0xa0, &[list]),
        ]);
        info(&oid::SIGNED_DATA, &signed)
    };
    let attribute = sequence(&[&[6, 1, 0x2a], &[0x31, 0]]);
    let certificate = der(testing::CERT_A);
    vec![
        ("BEGIN without an end", fill(b"-----BEGIN ")),
        ("BEGIN lines", fill(b"-----BEGIN X-----\n")),
        ("END lines", fill(b"-----END X-----\n")),
        (
            "empty blocks",
            fill(b"-----BEGIN X-----\n-----END X-----\n"),
        ),
        ("dashes", fill(b"-")),
        ("dashes and blanks", fill(b"-- ")),
        ("a body of backslashes", joined(b"-----BEGIN X-----", b"\\")),
        (
            "a body of headers",
            joined(b"-----BEGIN X-----\n", b"Proc-Type: "),
        ),
        ("base64", fill(b"QUFB")),
        (
            "small certificates in PEM",
            testing::CERT_A
                .as_bytes()
                .repeat(size / testing::CERT_A.len()),
        ),
        ("indefinite lengths, nested", fill(&[0x30, 0x80])),
        (
            "definite lengths, nested",
            fill(&[0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]),
        ),
        (
            "an indefinite certificate of many values",
            joined(&[0x30, 0x80, 0x30, 0x80], &[2, 1, 0]),
        ),
        (
            "certificates behind each other",
            certificate.repeat(size / certificate.len()),
        ),
        ("tiny bags", pfx(&[&tiny_bags], &[])),
        (
            "bags with many attributes",
            pfx(&[&data(&[&cert_bag(&certificate, &fill(&attribute))])], &[]),
        ),
        ("a key in nested chunks", chunks),
        ("PKCS#7 of tiny certificates", signed(&fill(&[0x30, 0]))),
        ("PKCS#7 of what is no certificate", signed(&fill(&[5, 0]))),
        ("namesakes", namesakes(size)),
        (
            "a JKS of empty entries",
            joined(
                &jks(1, &[0xff; 4]),
                &[0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            ),
        ),
        (
            "a JKS chain of empty certificates",
            joined(&chain.concat(), &[0; 4]),
        ),
    ]
}

/// Keys whose chains are as long as any may be, in which every issuer has thousands of namesakes with the wrong key
/// identifier, equal but for its end.
fn namesakes(size: usize) -> Vec<u8> {
    let names = [0x41, 0x42].map(|octet| sequence(&[&ber::encode(ber::SET, &[&[octet; 400]])]));
    let identifier = [7; 400];
    let pair = |number: u64| {
        let [subject, issuer] = match number % 2 {
            0 => [&names[0], &names[1]],
            _ => [&names[1], &names[0]],
        };
        let extension = |oid, value: &[u8]| sequence(&[&oid::der(oid), &octets(value)]);
        let own = octets(&[&identifier[..], &number.to_be_bytes()].concat());
        let above = sequence(&[&ber::encode(0x80, &[&[7; 408]])]);
        let list = sequence(&[
            &extension(&oid::SUBJECT_KEY_IDENTIFIER, &own),
            &extension(&oid::AUTHORITY_KEY_IDENTIFIER, &above),
        ]);
        let empty = sequence(&[]);
        let tbs = sequence(&[
            &ber::unsigned(number),
            &empty,
            issuer,
            &empty,
            subject,
            &empty,
            &ber::encode(ber::context(3), &[&list]),
        ]);
        let certificate = sequence(&[&tbs, &empty, &[3, 1, 0]]);
        let identifier = sequence(&[
            &oid::der(&oid::LOCAL_KEY_ID),
            &ber::encode(ber::SET, &[&octets(&number.to_be_bytes())]),
        ]);
        let key = sequence(&[&ber::unsigned(0), &oid::algorithm(&oid::DSA), &octets(&[])]);
        [
            cert_bag(&certificate, &identifier),
            bag(&oid::KEY_BAG, &key, &identifier),
        ]
        .concat()
    };
    let most = (size / pair(0).len()).min(9_999);
    let bags: Vec<u8> = (0..most as u64).flat_map(pair).collect();
    pfx(&[&data(&[&bags])], &[])
}

#[test]
fn the_namesakes_have_long_chains() {
    let contents = open(&namesakes(100_000), None).unwrap();
    let longest = contents
        .store
        .entries()
        .iter()
        .map(|entry| entry.certificates().len())
        .max();
    assert_eq!(longest, Some(32));
}

/// Far too small to be slow where the cost is linear, and far too large where it is the square.
#[test]
fn hostile_inputs_are_no_hard_work() {
    for (name, bytes) in inputs(400_000) {
        let result = open(&bytes, Some("x"));
        assert!(
            result.is_ok() || !result.unwrap_err().to_string().is_empty(),
            "{name}"
        );
    }
}

/// Prints what 50 MB of each cost: `cargo test --release -p trustpack-keystore -- --ignored --nocapture fifty`.
#[test]
#[ignore = "for a look at the figures, in release"]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "prints figures"
)]
fn fifty_megabytes_of_each() {
    for (name, bytes) in inputs(50_000_000) {
        let start = std::time::Instant::now();
        let found = open(&bytes, Some("x")).map(|contents| contents.store.len());
        let found: String = format!("{found:?}").chars().take(100).collect();
        println!("{:>8.3} s  {name}: {found}", start.elapsed().as_secs_f64());
    }
}
