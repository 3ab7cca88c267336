//! Files that hold keys and trust, and what goes into them.

use super::{Page, critical, note, run, step, warning};

pub(super) const PAGES: &[Page] = &[
    Page {
        id: "CERT-KEY-IN-TRUST",
        title: "a private key is in a trust file",
        severities: &[critical(
            "the trust file of a channel, or a file of trust.files, holds a key",
        )],
        meaning: "A trust file says whom to believe; it is copied to many places and needs no secret. Here it holds a private \
            key; a bundle with such a file is refused.",
        consequence: "Everybody who gets the file could pose as the owner of the key.",
        look: &[run(
            "See what the file holds:",
            &["trustpack inspect STORE.jks --password env:STORE_PASS"],
        )],
        remedy: &[
            run(
                "Export the certificates alone:",
                &[
                    "trustpack store export STORE.jks '*' --what certificate -o certificates.pem --password env:STORE_PASS",
                ],
            ),
            step(
                "If the file has been handed on, treat the key as known: make a new one, and have the certificate revoked.",
            ),
        ],
        sources: &["RFC 5280 section 8 (private keys)"],
        verbs: &["channel pack", "channel validate", "channel verify-bundle"],
    },
    Page {
        id: "KEY-EXPOSED",
        title: "a private key can be read by every user of this machine",
        severities: &[
            warning("the key is in the clear, and the file is readable for others"),
            note("the key is sealed by a password, and the file is readable for others"),
        ],
        meaning: "The mode of the file lets everybody on this machine read it (the last digit is 4 or more). Access lists and \
            the modes of the folders above are not looked at.",
        consequence: "Any account, also that of a broken-into web application or a backup job, can copy the key. With it the \
            server can be impersonated until the certificate expires or is revoked. A sealed key can be attacked at leisure.",
        look: &[run(
            "See who may read it, and who uses it:",
            &["ls -l FILE", "getfacl FILE", "namei -l FILE"],
        )],
        remedy: &[
            run(
                "Take the right away; give it to the group of the service where it needs it:",
                &["chmod o-rwx FILE", "chgrp SERVICE FILE", "chmod 0640 FILE"],
            ),
            step(
                "If others had access who should not, make a new key, have the certificate issued for it, and have the old one \
                 revoked.",
            ),
        ],
        sources: &[
            "Baseline Requirements, section 9.6.3 (protection of the private key)",
            "chmod(1)",
        ],
        verbs: &["check"],
    },
    Page {
        id: "MERGE-CHAIN-DIFFERS",
        title: "a key is in the store already, with another chain",
        severities: &[note("the chain that is there stays")],
        meaning: "The key that comes in is in the store, with the same certificate, and other issuers above it. Merging adds no \
            second entry and leaves the chain as it is.",
        consequence: "If the chain that came in is the complete one, the server goes on sending the incomplete one.",
        look: &[run(
            "Compare the two:",
            &["trustpack diff STORE.jks FILE --password env:STORE_PASS"],
        )],
        remedy: &[run(
            "If the new chain is the better one, put it in the old one's place:",
            &[
                "trustpack store import-reply STORE.jks ALIAS FULLCHAIN.pem --password env:STORE_PASS --backup",
            ],
        )],
        sources: &["`docs/from-portecle.md`"],
        verbs: &["merge", "store import"],
    },
    Page {
        id: "MERGE-NOT-REPLACED",
        title: "an entry that is there is not replaced",
        severities: &[note(
            "with --on-conflict replace, when the entry that is there holds a key or belongs to the same input",
        )],
        meaning: "An entry comes in under an alias that is taken, and --on-conflict replace was said. The one that is there \
            stays all the same: because it holds a key, which a certificate never replaces, or because the same input brought \
            it or brings it as well. The message has the reason.",
        consequence: "Where a key would be lost the conflict is refused, and nothing is written. Otherwise both are in the \
            store, the new one under an alias with a number.",
        look: &[run(
            "See both:",
            &["trustpack inspect STORE.jks FILE --password env:STORE_PASS"],
        )],
        remedy: &[run(
            "Rename the one that is there, or delete it if nobody needs it, and merge again:",
            &[
                "trustpack store rename STORE.jks ALIAS ALIAS-old --password env:STORE_PASS",
                "trustpack merge FILE -o STORE.jks --password env:STORE_PASS",
            ],
        )],
        sources: &["`trustpack merge --help`"],
        verbs: &["merge", "store import"],
    },
    Page {
        id: "SELECT-EMPTY",
        title: "nothing of what was to be chosen from a chain is there",
        severities: &[warning(
            "no certificate of the chain is what --select asks for",
        )],
        meaning: "--select asks for a part of the chain (root, intermediates, issuers) that the server did not send and that \
            is not known here, or that it does not have: a self-signed certificate has no intermediates.",
        consequence: "Nothing was written or added for this server.",
        look: &[run(
            "See what is sent, and what it leads to:",
            &["trustpack fetch HOST:443"],
        )],
        remedy: &[
            run(
                "Have missing issuers fetched, or give them as a file:",
                &[
                    "trustpack fetch HOST:443 --aia --select issuers -o issuers.pem",
                    "trustpack fetch HOST:443 --roots CA.pem --select issuers -o issuers.pem",
                ],
            ),
            step("Of a self-signed certificate, select the leaf."),
        ],
        sources: &["`trustpack fetch --help`"],
        verbs: &["fetch", "merge", "store import"],
    },
    Page {
        id: "SELECT-NO-ROOT",
        title: "the intermediates were chosen without their root",
        severities: &[note(
            "issuers were asked for, and the root is neither sent nor known",
        )],
        meaning: "The chain ends below its root, and no store that was asked holds that. What was chosen are the \
            intermediates.",
        consequence: "A store of intermediates alone does for Java until the CA changes them, and not for OpenSSL with its \
            defaults: see CERT-INTERMEDIATE-ONLY.",
        look: &[run(
            "See where the chain ends:",
            &["trustpack fetch HOST:443"],
        )],
        remedy: &[run(
            "Get the root from the CA's web site, compare its fingerprint, and give it as a file:",
            &["trustpack fetch HOST:443 --roots ROOT.pem --select issuers -o issuers.pem"],
        )],
        sources: &["RFC 8446 section 4.4.2: the root MAY be omitted"],
        verbs: &["fetch", "merge", "store import"],
    },
    Page {
        id: "STORE-CHAIN-SPLIT",
        title: "the chain of a key goes on in another entry of its store",
        severities: &[warning(
            "in JKS, JCEKS, BKS, UBER or BCFKS the issuer of a key's last certificate is a CA below a root that has an entry of \
             its own",
        )],
        meaning: "Java servers send the certificates that are in the entry of their key, and look at no other entry. The \
            intermediate was imported beside the key (keytool -importcert with an alias of its own), and not behind its \
            certificate.",
        consequence: "Servers with this store send an incomplete chain: see CERT-INCOMPLETE-CHAIN. Tools that look at the whole \
            store, and the server itself, find nothing wrong.",
        look: &[run(
            "See how many certificates the entry of the key has:",
            &[
                "trustpack inspect STORE.jks --password env:STORE_PASS --full",
                "keytool -list -v -keystore STORE.jks -alias ALIAS",
            ],
        )],
        remedy: &[
            run(
                "Take the issuers out as a file, and put them behind the certificate of the key:",
                &[
                    "trustpack store export STORE.jks ISSUER --what certificate -o issuers.pem --password env:STORE_PASS",
                    "trustpack store append-chain STORE.jks ALIAS issuers.pem --password env:STORE_PASS --backup",
                ],
            ),
            run(
                "Restart the server, and see what it sends:",
                &["trustpack check HOST:443"],
            ),
        ],
        sources: &[
            "sun.security.provider.JavaKeyStore.engineGetCertificateChain",
            "RFC 8446 section 4.4.2",
        ],
        verbs: &["check"],
    },
    Page {
        id: "STORE-PROTECTION",
        title: "what protects the keys of a store can be broken",
        severities: &[
            warning(
                "RC2 or RC4 of 40 bits, single DES, BKS version 1, or a store with a key that opens with \"changeit\" or the empty \
                 password",
            ),
            note("the key protector of JKS, or one round of MD5: only a long password holds"),
        ],
        meaning: "The scheme that seals the private keys of the file is one that can be searched through, whatever the \
            password is, or that makes trying passwords cheap; or the password is the one that everybody tries first. Only keys \
            count: certificates are public.",
        consequence: "Whoever gets a copy of the file (a backup, a ticket, a shared folder) has the key within minutes to days, \
            and can pose as the server.",
        look: &[run(
            "See what seals each entry:",
            &[
                "trustpack inspect STORE.p12 --password env:STORE_PASS",
                "openssl pkcs12 -in STORE.p12 -info -noout -legacy",
            ],
        )],
        remedy: &[
            run(
                "Write it again as PKCS#12 with AES and a strong password:",
                &[
                    "trustpack convert STORE.jks -o NEW.p12 --profile modern --input-password env:STORE_PASS --password env:NEW_PASS",
                ],
            ),
            run(
                "A password that everybody tries: change it:",
                &[
                    "trustpack store passwd STORE.p12 --password env:STORE_PASS --new-password env:NEW_PASS --backup",
                ],
            ),
            step("Delete old copies, also in backups; if the file went astray, make a new key."),
        ],
        sources: &[
            "CVE-2018-5382 (BKS version 1)",
            "CVE-2017-10356 (key protectors of JKS and JCEKS)",
            "RFC 7292 and RFC 8018 (PBES2)",
        ],
        verbs: &["check"],
    },
];
