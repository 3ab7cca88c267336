//! PEM text (RFC 7468) and everything looser that occurs in the wild.
//!
//! `text` undoes UTF-16 and byte order marks, `marker` finds BEGIN and END lines, `body` decodes what is between them,
//! `scan` puts the three together; this file decides what a block is. The content decides, the label is a hint.

pub(crate) mod body;
mod marker;
pub(crate) mod scan;
pub(crate) mod text;
mod write;

pub(crate) use write::{block, write};

use crate::der::{self, Pile, Shape};
use crate::{At, Contents, Error, Format, SealedKey, ber};
use scan::{Block, Item, Lines, Scanner, text_of};
use text::Text;

/// Reads every block; one that cannot be read is a note with its lines and the reason.
pub(crate) fn read(bytes: &[u8]) -> Result<Contents, Error> {
    let text = Text::decode(bytes);
    let mut pile = Pile::new(Format::Pem);
    if let Some(oddity) = text.oddity {
        pile.notes.oddity(At::Input, oddity);
    }
    let (mut blocks, mut pkcs7) = (0_usize, 0_usize);
    for item in Scanner::new(&text) {
        match item {
            Item::Block(block) => {
                blocks += 1;
                pkcs7 += usize::from(add(&mut pile, &block)? == Some(Shape::ContentInfo));
            }
            Item::Broken { lines, label, why } => skip(&mut pile, lines, &label, &why),
            Item::Remark { line, message } => pile.notes.oddity(At::Line(line), message),
        }
    }
    if blocks > 0 && blocks == pkcs7 {
        pile.contents.format = Format::Pkcs7;
    }
    pile.into_contents()
}

/// Adds the content of one block; returns what it is, where that is known.
fn add(pile: &mut Pile, block: &Block<'_>) -> Result<Option<Shape>, Error> {
    let Block { lines, label, .. } = block;
    let at = At::Line(lines.first);
    let alias = friendly_name(block.preamble);
    let alias = alias.as_deref();
    if label == "EC PARAMETERS" {
        let message = "EC PARAMETERS left out: the key names its curve itself";
        pile.notes.oddity(at, message);
        return Ok(None);
    }
    if let Some(dek_info) = &block.body.dek_info {
        add_locked(pile, block, dek_info, alias)?;
        return Ok(None);
    }

    let (object, shape) = match der::object(&block.body.bytes) {
        Ok(found) => found,
        Err(fault) => {
            let why = match (&block.fault, expected(label)) {
                (Some(fault), _) => fault.clone(),
                (None, None) if label.contains("KEY") => {
                    "this kind of key is not supported".to_owned()
                }
                (None, None) => {
                    // DH parameters, PGP: sound, and nothing that a certificate file is read for.
                    let message = format!("{label} left out: no certificate, key, request or CRL");
                    pile.notes.oddity(at, message);
                    return Ok(None);
                }
                (None, Some(_)) => fault.why(),
            };
            skip(pile, *lines, label, &why);
            return Ok(None);
        }
    };
    note_oddities(pile, block);
    if let Some(fault) = &block.fault {
        let message = format!("{label} block: complete, then {fault}");
        pile.notes.oddity(at.clone(), message);
    }
    if expected(label) != Some(shape) {
        let message = format!("{label} block: the content is {}", shape.name());
        pile.notes.oddity(at.clone(), message);
    }
    if let Err(why) = pile.add(object, shape, alias, at)? {
        skip(pile, *lines, label, &why);
    }
    let rest = block.body.bytes.get(object.len()..).unwrap_or_default();
    add_rest(pile, block, rest, alias)?;
    Ok(Some(shape))
}

/// Adds a key under OpenSSL's traditional encryption.
fn add_locked(
    pile: &mut Pile,
    block: &Block<'_>,
    dek_info: &str,
    alias: Option<&str>,
) -> Result<(), Error> {
    let Block { lines, label, .. } = block;
    if let Some(fault) = &block.fault {
        skip(pile, *lines, label, fault);
        return Ok(());
    }
    let key = SealedKey::from_traditional(label, dek_info, block.body.bytes.to_vec());
    match pile.derived(key, alias)? {
        Ok(()) => note_oddities(pile, block),
        Err(why) => skip(pile, *lines, label, &why),
    }
    Ok(())
}

fn note_oddities(pile: &mut Pile, block: &Block<'_>) {
    let frame = block.oddities.iter().map(String::as_str);
    for oddity in frame.chain(block.body.oddities.iter().copied()) {
        let message = format!("{} block: {oddity}", block.label);
        pile.notes.oddity(At::Line(block.lines.first), message);
    }
}

/// What follows the first object inside one block.
fn add_rest(
    pile: &mut Pile,
    block: &Block<'_>,
    rest: &[u8],
    alias: Option<&str>,
) -> Result<(), Error> {
    let Block { lines, label, .. } = block;
    let at = At::Line(lines.first);
    // OpenSSL's X509_CERT_AUX.
    if label == "TRUSTED CERTIFICATE" && rest.first() == Some(&ber::SEQUENCE) {
        let message = format!("{label} block: its trust settings are not kept");
        pile.notes.oddity(at, message);
        return Ok(());
    }
    let mut rest = rest;
    while !rest.is_empty() {
        let Ok((object, shape)) = der::object(rest) else {
            let why = format!("{} byte(s) after its content", rest.len());
            skip(pile, *lines, label, &why);
            break;
        };
        let message = format!("{label} block: {} follows in the same block", shape.name());
        pile.notes.oddity(at.clone(), message);
        if let Err(why) = pile.add(object, shape, alias, at.clone())? {
            skip(pile, *lines, label, &why);
        }
        rest = rest.get(object.len()..).unwrap_or_default();
    }
    Ok(())
}

fn skip(pile: &mut Pile, lines: Lines, label: &str, why: &str) {
    let Lines { first, last } = lines;
    let block = match label {
        "" => "block without a label".to_owned(),
        label => format!("{label} block"),
    };
    let range = match last {
        last if last == first => String::new(),
        last => format!(" (to line {last})"),
    };
    pile.notes
        .skipped(At::Line(first), format!("{block}{range} skipped: {why}"));
}

/// What a label promises.
fn expected(label: &str) -> Option<Shape> {
    Some(match label {
        "CERTIFICATE" | "X509 CERTIFICATE" | "X.509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
            Shape::Certificate
        }
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Shape::Request,
        "CMS" | "PKCS7" | "PKCS #7 SIGNED DATA" => Shape::ContentInfo,
        "CRL" | "X509 CRL" => Shape::Crl,
        "DSA PRIVATE KEY" => Shape::DsaKey,
        "EC PRIVATE KEY" => Shape::Sec1,
        "ENCRYPTED PRIVATE KEY" => Shape::EncryptedPkcs8,
        "PKCS12" => Shape::Pfx,
        "PRIVATE KEY" => Shape::Pkcs8,
        "PUBLIC KEY" => Shape::Spki,
        "RSA PRIVATE KEY" => Shape::Pkcs1,
        "RSA PUBLIC KEY" => Shape::Pkcs1Public,
        _ => return None,
    })
}

/// The last `friendlyName: …` of the bag attributes that OpenSSL prints before a block.
fn friendly_name(preamble: &[u8]) -> Option<String> {
    preamble
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .rev()
        .find_map(|line| {
            let start = line.iter().position(|byte| !b" \t>|#*".contains(byte))?;
            line.get(start..)?.strip_prefix(b"friendlyName:")
        })
        .map(|name| text_of(name.trim_ascii()))
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{self, der};
    use crate::{EntryKind, NoteKind};

    /// The two certificates by name, other things by kind, then the notes.
    fn summary(bytes: &[u8]) -> (String, Vec<String>) {
        let contents = crate::read(bytes, &crate::ReadOptions::default());
        let contents = contents.unwrap_or_else(|error| panic!("{error}"));
        let found = contents.store.entries().iter().map(|entry| {
            let what = match &entry.kind {
                EntryKind::PrivateKey { key, .. } if key.is_sealed() => "locked key".to_owned(),
                EntryKind::PrivateKey { .. } => "key".to_owned(),
                EntryKind::TrustedCertificate(found) if **found == der(testing::CERT_A) => {
                    "A".to_owned()
                }
                EntryKind::TrustedCertificate(found) if **found == der(testing::CERT_B) => {
                    "B".to_owned()
                }
                other => format!("{other:?}"),
            };
            match entry.alias.is_given() {
                true => format!("{what}={}", entry.alias),
                false => what,
            }
        });
        let mut found: Vec<String> = found.collect();
        found.extend(
            contents
                .others
                .requests
                .iter()
                .map(|_| "request".to_owned()),
        );
        found.extend(contents.others.crls.iter().map(|_| "crl".to_owned()));
        found.extend(
            contents
                .others
                .public_keys
                .iter()
                .map(|_| "public key".to_owned()),
        );
        let notes = contents.notes.iter().map(|note| match note.kind {
            NoteKind::Skipped => format!("! {note}"),
            _ => note.to_string(),
        });
        (found.join(" "), notes.collect())
    }

    #[track_caller]
    fn assert_reads(text: impl AsRef<[u8]>, found: &str, notes: &[&str]) {
        let summary = summary(text.as_ref());
        assert_eq!((summary.0.as_str(), summary.1), (found, owned(notes)));
    }

    fn owned(notes: &[&str]) -> Vec<String> {
        notes.iter().map(|note| (*note).to_owned()).collect()
    }

    fn pair() -> String {
        [testing::CERT_A, testing::CERT_B].concat()
    }

    // The rows of the table of peers that lose certificates.

    #[test]
    fn line_ends_long_lines_and_trailing_blanks() {
        let pair = pair();
        assert_reads(&pair, "A B", &[]);
        assert_reads(pair.trim_end(), "A B", &[]);
        assert_reads(pair.replace('\n', "\r\n"), "A B", &[]);
        assert_reads(pair.replace('\n', "\r"), "A B", &[]);
        assert_reads(pair.replace('\n', " \t\n"), "A B", &[]);
        let long = pair
            .replace('\n', "")
            .replace("E-----M", "E-----\nM")
            .replace("-----END", "\n-----END");
        assert_reads(long, "A B", &[]);
    }

    #[test]
    fn text_around_the_blocks() {
        let text = format!(
            "CONNECTED(00000003)\ndepth=0 CN = x\n---\nCertificate chain\n 0 s:CN = x\n{}---\nServer certificate\n{}subject=CN = x\n",
            testing::CERT_A,
            testing::CERT_B,
        );
        assert_reads(text, "A B", &[]);
        let latin1 = [b"# f\xfcr alle\n", pair().as_bytes()].concat();
        assert_reads(latin1, "A B", &[]);
    }

    #[test]
    fn bag_attributes_give_the_alias() {
        let text = format!(
            "Bag Attributes\n    friendlyName: Größe 1\n    localKeyID: 01 \nsubject=CN = x\n{}Bag Attributes: <No Attributes>\n{}",
            testing::CERT_A,
            testing::CERT_B,
        );
        assert_reads(&text, "A=Größe 1 B", &[]);
        let latin1: Vec<u8> = text.chars().map(|character| character as u8).collect();
        assert_reads(latin1, "A=Größe 1 B", &[]);
        let twice = format!(
            "friendlyName: x\n{}> friendlyName: x\r\n{}",
            testing::CERT_A,
            testing::CERT_B
        );
        assert_reads(twice, "A=x B=x-2", &[]);
        assert_reads(format!("friendlyName: \n{}", testing::CERT_A), "A", &[]);
    }

    #[test]
    fn byte_order_mark() {
        let text = format!("\u{feff}{}", pair());
        assert_reads(text, "A B", &["starts with a byte order mark"]);
        // `copy a + b` on Windows.
        let text = format!("{}\u{feff}{}", testing::CERT_A, testing::CERT_B);
        assert_reads(text, "A B", &[]);
    }

    #[test]
    fn utf16() {
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            for text in [pair(), format!("\u{feff}{}", pair().replace('\n', "\r\n"))] {
                let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
                assert_reads(bytes, "A B", &["UTF-16 text"]);
            }
        }
    }

    #[test]
    fn indented_and_quoted_lines() {
        for prefix in ["    ", "\t", "> ", ">> ", "| ", "# ", "// ", "+", " * "] {
            let quoted: String = pair()
                .lines()
                .map(|line| format!("{prefix}{line}\n"))
                .collect();
            assert_reads(quoted, "A B", &[]);
        }
        let yaml = pair().replace('\n', "\n      ");
        assert_reads(format!("ca: |\n      {yaml}\nother: 1\n"), "A B", &[]);
        let java: String = pair()
            .lines()
            .map(|line| format!("    + \"{line}\\n\"\n"))
            .collect();
        assert_reads(format!("String s = \"\"\n{java};"), "A B", &[]);
        let java: String = pair()
            .lines()
            .map(|line| format!("    \"{line}\\n\" +\n"))
            .collect();
        assert_reads(java, "A B", &[]);
        let c: String = pair()
            .lines()
            .map(|line| format!("\"{line}\\r\\n\" \\\n"))
            .collect();
        assert_reads(c, "A B", &[]);
    }

    #[test]
    fn labels_that_peers_skip() {
        let a = testing::CERT_A;
        assert_reads(a.replace(" CERT", " X509 CERT"), "A", &[]);
        let note = "line 1: TRUSTED CERTIFICATE block: its trust settings are not kept";
        assert_reads(testing::TRUSTED, "A", &[note]);
        assert_reads(testing::PKCS7, "A B", &[]);
        assert_reads(testing::PKCS7.replace("PKCS7", "CMS"), "A B", &[]);
        assert_reads(testing::ENCRYPTED_KEY, "locked key", &[]);
        assert_reads(testing::KEY, "key", &[]);
        assert_reads(testing::SEC1_KEY, "key", &[]);
        assert_reads(testing::RSA_KEY, "key", &[]);
        assert_reads(testing::RSA_LOCKED_KEY, "locked key", &[]);
        assert_reads(testing::REQUEST, "request", &[]);
        assert_reads(
            testing::REQUEST.replace(" CERT", " NEW CERT"),
            "request",
            &[],
        );
        assert_reads(testing::CRL, "crl", &[]);
        assert_reads(testing::PUBLIC_KEY, "public key", &[]);
        assert_reads(testing::RSA_PUBLIC_KEY, "public key", &[]);
    }

    #[test]
    fn the_content_decides_not_the_label() {
        assert_reads(
            testing::PKCS7.replace("PKCS7", "CERTIFICATE"),
            "A B",
            &["line 1: CERTIFICATE block: the content is PKCS#7"],
        );
        assert_reads(
            testing::KEY.replace("PRIVATE KEY", "RSA PRIVATE KEY"),
            "key",
            &["line 1: RSA PRIVATE KEY block: the content is a private key"],
        );
        assert_reads(
            testing::CERT_A.replace("CERTIFICATE", "SIGNED THING"),
            "A",
            &["line 1: SIGNED THING block: the content is a certificate"],
        );
    }

    #[test]
    fn a_file_of_pkcs7_alone_is_pkcs7() {
        let format = |text: &str| read(text.as_bytes()).unwrap().format;
        assert_eq!(format(testing::PKCS7), Format::Pkcs7);
        assert_eq!(format(testing::CERT_A), Format::Pem);
        assert_eq!(
            format(&[testing::PKCS7, testing::CERT_A].concat()),
            Format::Pem
        );
    }

    #[test]
    fn broken_blocks_do_not_hide_good_ones() {
        let [a, b] = [testing::CERT_A, testing::CERT_B];
        let cut = &a[..a.len() - 120];
        let note = "! line 1: CERTIFICATE block (to line 8) skipped: no END line";
        assert_reads([cut, "\n", b].concat(), "B", &[note]);

        // Complete but for its END line: openssl and Java refuse that too.
        let open = a.replace("-----END CERTIFICATE-----\n", "");
        let note = "! line 1: CERTIFICATE block (to line 10) skipped: no END line";
        assert_reads([&open, b].concat(), "B", &[note]);
        let note = "! line 12: CERTIFICATE block (to line 21) skipped: no END line";
        assert_reads([b, &open].concat(), "B", &[note]);

        let bad = a.replacen("\nMII", "\nM%I", 1);
        assert_reads(
            [&bad, b].concat(),
            "B",
            &[
                "! line 1: CERTIFICATE block (to line 11) skipped: '%' is no base64 character (line 2)",
            ],
        );
        let (found, notes) = summary([b, &a.replacen("MII", "", 1), b].concat().as_bytes());
        assert_eq!((found.as_str(), notes.len()), ("B B", 1));

        let headless = a.replace("-----BEGIN CERTIFICATE-----\n", "");
        let note = "! line 10: CERTIFICATE block skipped: no BEGIN line before this END line";
        assert_reads([&headless, b].concat(), "B", &[note]);
    }

    #[test]
    fn a_frame_with_faults_around_a_good_body() {
        let [a, b] = [testing::CERT_A, testing::CERT_B];
        assert_reads(
            [&a.replace("-----END CERT", "-----END TRUSTED CERT"), b].concat(),
            "A B",
            &["line 1: CERTIFICATE block: the END line says \"TRUSTED CERTIFICATE\""],
        );
        let note = "line 1: CERTIFICATE block: dashes are missing in the BEGIN line";
        assert_reads([&a.replacen('-', "", 1), b].concat(), "A B", &[note]);
        let note = "line 1: CERTIFICATE block: dashes are missing in the END line";
        assert_reads(a.trim_end_matches(['-', '\n']), "A", &[note]);
        // Files put together without a line end between them.
        assert_reads([a.trim_end(), b].concat(), "A B", &[]);
    }

    #[test]
    fn text_after_the_content_of_a_block() {
        let text = testing::CERT_A.replace("-----END", "-\n  (a picture)\n-----END");
        assert_reads(
            text,
            "A",
            &["line 1: CERTIFICATE block: complete, then '-' is no base64 character (line 11)"],
        );
    }

    #[test]
    fn blank_lines_and_missing_padding() {
        let blank = testing::CERT_A.replacen("E-----\n", "E-----\n\n", 1);
        assert_reads([&blank, testing::CERT_B].concat(), "A B", &[]);
        let [a, b] = [testing::CERT_A, testing::CERT_B];
        let padded = if a.contains('=') { a } else { b };
        let (_, notes) = summary(padded.replace('=', "").as_bytes());
        assert_eq!(
            notes,
            ["line 1: CERTIFICATE block: base64 without its padding"]
        );
    }

    #[test]
    fn everything_on_one_line() {
        assert_reads(pair().replace('\n', " "), "A B", &[]);
        assert_reads(pair().replace('\n', ""), "A B", &[]);
        assert_reads(
            testing::RSA_LOCKED_KEY.replace('\n', " "),
            "locked key",
            &[],
        );
        for escape in ["\\n", "\\r\\n", "\\\\n"] {
            let json = format!("{{\"ca\": \"{}\"}}", pair().replace('\n', escape));
            assert_reads(&json, "A B", &[]);
            assert_reads(
                json.replace('/', "\\/")
                    .replace('+', "\\u002B")
                    .replace('=', "\\u003d"),
                "A B",
                &[],
            );
        }
        let locked = testing::RSA_LOCKED_KEY.replace('\n', "\\n");
        assert_reads(format!("KEY='{locked}'"), "locked key", &[]);
    }

    #[test]
    fn text_that_speaks_of_begin_lines() {
        assert_reads(
            format!("Paste from -----BEGIN x on\n{}", pair()),
            "A B",
            &["line 1: \"-----BEGIN\" without closing dashes taken as text"],
        );
        let (found, notes) =
            summary(format!("from -----BEGIN CERTIFICATE----- on\n{}", pair()).as_bytes());
        assert_eq!((found.as_str(), notes.len()), ("A B", 1));
        assert!(notes[0].starts_with("! line 1: CERTIFICATE block"));
    }

    #[test]
    fn other_blocks_are_named() {
        assert_reads([testing::DSA_KEY, testing::CERT_A].concat(), "key A", &[]);
        assert_reads(
            ["-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----\n", testing::CERT_A].concat(),
            "A",
            &["! line 1: OPENSSH PRIVATE KEY block (to line 3) skipped: this kind of key is not supported"],
        );
        assert_reads(
            [
                "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n",
                testing::SEC1_KEY,
            ]
            .concat(),
            "key",
            &["line 1: EC PARAMETERS left out: the key names its curve itself"],
        );
        assert_reads(
            [
                &testing::RSA_LOCKED_KEY.replace("RSA ", "ODD "),
                testing::CERT_A,
            ]
            .concat(),
            "A",
            &[
                "! line 1: ODD PRIVATE KEY block (to line 18) skipped: PEM: an encrypted ODD PRIVATE KEY is not supported",
            ],
        );
    }

    #[test]
    fn more_than_one_object_in_a_block() {
        let both = [der(testing::CERT_A), der(testing::CERT_B)].concat();
        let text = ::pem::encode(&::pem::Pem::new("CERTIFICATE", both));
        let note = "line 1: CERTIFICATE block: a certificate follows in the same block";
        assert_reads(text, "A B", &[note]);
        let mut more = der(testing::CERT_A);
        more.extend(b"xyz");
        let text = ::pem::encode(&::pem::Pem::new("CERTIFICATE", more));
        assert_eq!(summary(text.as_bytes()).0, "A");
        assert_eq!(summary(text.as_bytes()).1.len(), 1);
    }

    #[test]
    fn duplicates_are_data() {
        assert_reads(testing::CERT_A.repeat(3), "A A A", &[]);
    }

    #[test]
    fn nothing_but_broken_blocks_is_an_error_that_says_so() {
        let error =
            read(b"\n-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "PEM: nothing in it can be read: line 2: CERTIFICATE block (to line 4) skipped: '!' is no base64 character (line 3)"
        );
    }

    #[test]
    fn nothing_but_remarks_is_an_error_too() {
        let error = read(b"-----BEGIN EC PARAMETERS-----\nBggq\n-----END EC PARAMETERS-----\n");
        assert!(matches!(error, Err(Error::NothingReadable { .. })));
        let error = read("-----BEGIN ".repeat(3000).as_bytes()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("PEM: nothing in it can be read: line 1: ")
        );
    }

    #[test]
    fn a_million_broken_blocks_are_no_million_notes() {
        let text = "-----BEGIN A-----\n".repeat(100_000);
        let Err(Error::NothingReadable { notes, .. }) = read(text.as_bytes()) else {
            panic!()
        };
        assert_eq!(notes.len(), 1001);
        assert_eq!(notes[1000].to_string(), "99000 more remarks of this kind");
        // Oddities do not push out what was skipped.
        let odd = "-----BEGIN x\n".repeat(5000) + testing::CERT_A + &text;
        let contents = read(odd.as_bytes()).unwrap();
        let skipped = |note: &&crate::Note| note.kind == NoteKind::Skipped;
        assert_eq!(contents.notes.iter().filter(skipped).count(), 1001);
    }

    #[test]
    fn base64_without_armour() {
        let note = "base64 without armour; places are those in the decoded content";
        let body = |text: &str| {
            text.lines()
                .filter(|line| !line.contains('-'))
                .collect::<String>()
        };
        let a = body(testing::CERT_A);
        assert_reads(&a, "A", &[note]);
        assert_reads(format!("\"{a}\"\r\n"), "A", &[note]);
        assert_reads(a.trim_end_matches('='), "A", &[note]);
        // What a Kubernetes secret holds.
        let whole = ::pem::encode(&::pem::Pem::new("X", pair()));
        assert_reads(body(&whole), "A B", &[note]);
    }

    proptest! {
        #[test]
        fn any_text_between_good_blocks_does_not_hide_them(
            text in "(-{1,6}|BEGIN|END| |A|CERTIFICATE|SGVs|=|\n|\r|\\\\n|\"|>|:){0,40}",
            before in any::<bool>(),
        ) {
            // A text that ends inside a BEGIN line changes that line, so a line end stands between.
            let text = format!("{text}\n");
            let whole = match before {
                true => [&text, testing::CERT_A, testing::CERT_B].concat(),
                false => [testing::CERT_A, &text, testing::CERT_B].concat(),
            };
            let found = summary(whole.as_bytes()).0;
            prop_assert!(found.ends_with('B') && found.contains('A'), "{}", found);
        }

        #[test]
        fn any_bytes_never_panic(bytes in any::<Vec<u8>>()) {
            let _ = read(&bytes);
            let framed = [b"-----BEGIN A-----", &bytes[..], b"-----END A-----"].concat();
            let _ = read(&framed);
        }
    }
}
