//! How keys are encrypted, in the words of `openssl pkcs12 -info`.

use trustpack_core::keystore::{Contents, EntryKind};

use crate::facts::{File, Findings, list, text};
use crate::pkcs12::private_keys;

/// The lines, in the order of the bags.
pub(crate) fn lines<'f>(file: &'f File<'_>) -> impl Iterator<Item = &'f str> {
    list(&file.facts["pbe_and_mac"]).iter().map(text)
}

/// Every key bag against the key that came of it. OpenSSL stops where it cannot decrypt, so it may have said less.
pub(crate) fn check(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    let told: Vec<String> = lines(file).filter_map(of_key).collect();
    let found: Vec<String> = private_keys(contents)
        .iter()
        .map(|(_, key)| key.protection())
        .collect();
    let all = file.facts["bags"].is_array();
    let fits = if all {
        found == told
    } else {
        found.starts_with(&told)
    };
    findings.holds("protection", fits, || {
        format!("{found:?}, expected {told:?}")
    });

    let entries = contents.store.entries().iter();
    let secrets = entries.filter(|entry| matches!(entry.kind, EntryKind::SecretKey(_)));
    let told = lines(file).any(|line| line == "Secret bag");
    findings.same("bags", "secret keys", &(secrets.count() > 0), &told);
}

/// `Shrouded Keybag: <scheme>, Iteration <n>` as the reader puts it.
fn of_key(line: &str) -> Option<String> {
    if line == "Key bag" {
        return Some("none".to_owned());
    }
    let parts: Vec<&str> = line
        .strip_prefix("Shrouded Keybag: ")?
        .split(", ")
        .collect();
    Some(match parts[..] {
        ["PBES2", "PBKDF2", cipher, iterations, prf] => format!(
            "PBES2 {}, PBKDF2-HMAC-{}, {}",
            cipher_name(cipher),
            prf.strip_prefix("PRF hmacWith")?,
            count(iterations)?
        ),
        ["PBES2", "scrypt", cipher, ..] => format!("PBES2 {}, scrypt", cipher_name(cipher)),
        [scheme, iterations] => {
            let (_, name) = SCHEMES.iter().find(|(openssl, _)| *openssl == scheme)?;
            format!("{name}, {}", count(iterations)?)
        }
        _ => line.to_owned(),
    })
}

fn cipher_name(openssl: &str) -> &str {
    match openssl {
        "DES-EDE3-CBC" => "3DES",
        other => other,
    }
}

fn count(iterations: &str) -> Option<String> {
    Some(format!(
        "{} iterations",
        iterations.strip_prefix("Iteration ")?
    ))
}

const SCHEMES: [(&str, &str); 6] = [
    ("pbeWithMD5AndDES-CBC", "DES, MD5"),
    ("pbeWithSHA1And128BitRC2-CBC", "RC2-128, SHA-1"),
    ("pbeWithSHA1And128BitRC4", "RC4-128, SHA-1"),
    ("pbeWithSHA1And2-KeyTripleDES-CBC", "2-key 3DES, SHA-1"),
    ("pbeWithSHA1And3-KeyTripleDES-CBC", "3DES, SHA-1"),
    ("pbeWithSHA1And40BitRC2-CBC", "RC2-40, SHA-1"),
];
