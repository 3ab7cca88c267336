//! What a store trusts, and whether that lasts.

use super::{Page, critical, note, run, step, warning};

pub(super) const PAGES: &[Page] = &[
    Page {
        id: "CERT-CHAIN-CHANGED",
        title: "another CA has issued the server's certificate",
        severities: &[warning(
            "the issuer of the server's certificate, or the root above it, is another one than when the bundle was packed",
        )],
        meaning: "The bundle has the chain that the server presented when it was packed. Now another CA stands behind the \
            server. A CA that has a new certificate for its old name and key is the same CA, and is not told of.",
        consequence: "Where CERT-NOT-COVERED stands beside it, the packed store refuses the server already. Where it does not, \
            the store holds the new CA by chance or by foresight, and the next change may be one that it does not hold.",
        look: &[run(
            "Compare the chain with the recorded one, which lies under `chains/` in the bundle:",
            &[
                "trustpack fetch HOST:443",
                "trustpack channel verify-bundle BUNDLE.zip --live",
            ],
        )],
        remedy: &[
            step(
                "Find out whether the provider announced it. A chain that nobody announced, met in one network only, may be that of a proxy that inspects TLS.",
            ),
            run(
                "Pack again, and upload the new trust certificate:",
                &["trustpack channel pack SPEC.toml -o BUNDLE.zip --force"],
            ),
        ],
        sources: &["RFC 5280 section 6.1 (what a path is)"],
        verbs: &["channel watch"],
    },
    Page {
        id: "CERT-DEPARTING-ROOT",
        title: "clients drop this root although it is still valid",
        severities: &[
            warning(
                "a server of the same run is trusted through it, or the store has nothing but such roots; in `channel watch` also: \
                 a provider has announced other roots for its server, and the packed store has none of them",
            ),
            note("other anchors of the store remain"),
        ],
        meaning: "A root program has removed the root, or has said on which day it will, or Java accepts only what it issued \
            before a date (jdk.security.caDistrustPolicies). The root's own dates do not show it. Since servers must be accepted \
            by browsers, their CAs move them to another root at the next renewal.",
        consequence: "The store works until the server renews. On that day its chain leads to another root, and every client \
            with this store refuses it: `PKIX path building failed`, `unable to get local issuer certificate`.",
        look: &[run(
            "See through which anchor each server is trusted, and what a change of root would do:",
            &[
                "trustpack verify https://HOST --trust STORE.jks --after-renewal",
                "trustpack verify --targets hosts.txt --trust STORE.jks",
            ],
        )],
        remedy: &[
            run(
                "Put the successor that the finding names into the store, beside the old root:",
                &[
                    "trustpack store import STORE.jks SUCCESSOR.pem --password env:STORE_PASS --backup",
                    "trustpack verify https://HOST --trust STORE.jks",
                ],
            ),
            step(
                "Where the server belongs to somebody else, ask them which root comes next, and when.",
            ),
            step("Delete the old root when no server needs it any more."),
        ],
        sources: &[
            "the roots, each with its source: `trustpack channel facts`",
            "jdk.security.caDistrustPolicies in the java.security file of the JDK",
            "Mozilla Root Store Policy and Chrome Root Program Policy",
        ],
        verbs: &["check", "channel pack", "channel watch"],
    },
    Page {
        id: "CERT-INTERMEDIATE-ONLY",
        title: "a server is trusted through an intermediate alone",
        severities: &[note("no root of the store would do for this server")],
        meaning: "The store holds the intermediate that issued the server's certificate, and not the root above it; or it holds \
            both, and the server does not send the intermediate, so that the root alone would not do. An intermediate is a \
            valid anchor for Java and for OpenSSL with -partial_chain. It often stands in for a server that does not send its \
            intermediate.",
        consequence: "CAs change intermediates every few years, some at every renewal, without notice. The first certificate by \
            another intermediate is refused. OpenSSL without -partial_chain, and so curl and Python with their defaults, refuse \
            the server already.",
        look: &[run(
            "Ask what another intermediate of the same root would do, and what another client says:",
            &[
                "trustpack verify https://HOST --trust STORE.jks --after-renewal",
                "trustpack verify https://HOST --trust STORE.jks --as openssl",
            ],
        )],
        remedy: &[run(
            "Make the server send its intermediates. Add the root as well, where it is missing, and keep the intermediate as long \
             as the server does not send it:",
            &[
                "trustpack fetch HOST:443 --select root --aia -o root.pem",
                "trustpack store import STORE.jks root.pem --password env:STORE_PASS --backup",
            ],
        )],
        sources: &[
            "RFC 5280 section 6.1 (trust anchors)",
            "openssl-verification-options(1), -partial_chain",
        ],
        verbs: &["verify", "check --pair", "channel pack"],
    },
    Page {
        id: "CERT-LEAF-EXPIRED-TRUSTED",
        title: "an expired server certificate is accepted because it is itself in the store",
        severities: &[warning(
            "the certificate is the server's, has expired, and is an entry of the store",
        )],
        meaning: "Java checks no dates of a certificate that stands in its trust store, so it goes on accepting the server. Every \
            other client refuses it.",
        consequence: "The outage is postponed, not avoided: when somebody at last renews the server, the new certificate is not \
            in the store, and Java clients refuse it at that moment. Monitoring with curl or OpenSSL reports an expired \
            certificate while the application works, which is easily taken for a false alarm.",
        look: &[run(
            "Compare clients:",
            &[
                "trustpack verify https://HOST --trust STORE.jks",
                "trustpack verify https://HOST --trust STORE.jks --as openssl",
            ],
        )],
        remedy: &[
            run(
                "Before the server is renewed, trust its CA:",
                &["trustpack fetch HOST:443 --install STORE.jks --password env:STORE_PASS"],
            ),
            step("Renew the server, check, then delete the old certificate from the store."),
        ],
        sources: &[
            "sun.security.validator.PKIXValidator of the JDK (a trusted end entity is not validated)",
        ],
        verbs: &["verify", "check --pair", "channel pack"],
    },
    Page {
        id: "CERT-LEAF-ONLY",
        title: "trust rests on a server's own certificate, and ends with its renewal",
        severities: &[
            critical("in `channel pack --strict`"),
            warning(
                "a store holds nothing that would survive the renewal, or --select leaf made it so",
            ),
        ],
        meaning: "The store holds the certificate that the server presents today, and not the CA above it. That works until the \
            server gets its next certificate: in weeks for a certificate of a public CA.",
        consequence: "At the renewal every client with this store refuses the server, although nobody touched the store: \
            `PKIX path building failed: unable to find valid certification path to requested target`. The renewal is \
            automatic on the other side, so it may well be at night.",
        look: &[run(
            "Ask what happens at the renewal, and when that is at the latest:",
            &["trustpack verify https://HOST --trust STORE.jks --until --after-renewal"],
        )],
        remedy: &[
            run(
                "Put the server's root and intermediates into the store, after a look at their fingerprints:",
                &[
                    "trustpack fetch HOST:443 --install STORE.jks --password env:STORE_PASS",
                    "trustpack verify https://HOST --trust STORE.jks",
                ],
            ),
            step(
                "A self-signed server certificate has no CA: put the next one into the store before the server changes, or let a \
                 CA of your own issue it.",
            ),
            step(
                "If the pin is meant, silence the finding in a policy file with a reason and an end.",
            ),
        ],
        sources: &[
            "RFC 5280 section 6.1 (trust anchors)",
            "Baseline Requirements, section 6.3.2 (lifetimes)",
        ],
        verbs: &[
            "check",
            "verify",
            "fetch --select leaf",
            "merge --select leaf",
            "store import",
            "channel pack",
        ],
    },
    Page {
        id: "CERT-ROTATED",
        title: "the server has another certificate than when its bundle was packed",
        severities: &[
            critical("the packed store does not accept it"),
            note("the packed store accepts it: it holds the CA of both"),
        ],
        meaning: "Servers renew their certificates, those of public CAs every few weeks. The bundle has recorded the one that \
            the server presented when it was packed.",
        consequence: "None, as long as the store holds the CA. A store that holds the server's own certificate alone, or a CA \
            that the server has left, refuses it from now on: `PKIX path building failed`.",
        look: &[run(
            "See what the server presents, and what the packed store makes of it:",
            &[
                "trustpack fetch HOST:443",
                "trustpack channel verify-bundle BUNDLE.zip --live",
            ],
        )],
        remedy: &[
            step("When it is a note, nothing. Packing again makes it go away."),
            run(
                "When it is critical, pack again with root and intermediates, and upload the new trust certificate:",
                &["trustpack channel pack SPEC.toml -o BUNDLE.zip --force"],
            ),
        ],
        sources: &["Baseline Requirements, section 6.3.2 (lifetimes)"],
        verbs: &["channel watch"],
    },
    Page {
        id: "CERT-NOT-CA",
        title: "an entry that is to be trusted is no CA",
        severities: &[
            warning("a certificate by some CA"),
            note("a self-signed certificate, which has no CA that could be trusted in its place"),
        ],
        meaning: "A certificate without the CA flag (basicConstraints) is being put into a store as something to trust. It \
            vouches for itself only.",
        consequence: "As CERT-LEAF-ONLY: trust ends when the server renews. If it was meant to be the CA of several servers, \
            none of the others is covered at all.",
        look: &[run(
            "See what the file holds, and who issued it:",
            &[
                "trustpack inspect FILE",
                "trustpack inspect FILE --fields is_ca,subject,issuer",
            ],
        )],
        remedy: &[run(
            "Take its issuer, which the server sends or the CA publishes:",
            &[
                "trustpack merge https://HOST -o STORE.jks --select issuers --password env:STORE_PASS --dry-run",
            ],
        )],
        sources: &["RFC 5280 section 4.2.1.9"],
        verbs: &["merge", "store import", "fetch --install"],
    },
    Page {
        id: "CERT-NOT-COVERED",
        title: "the trust store does not cover a server",
        severities: &[
            critical(
                "a client with this store refuses the server, or there is no chain to judge it by",
            ),
            note("it cannot be told, since a signature is of a kind that is not checked here"),
        ],
        meaning: "The server was judged against the store as a client would, and the answer is no: as Java where the store has \
            aliases (JKS, PKCS#12 and others) and in `channel pack`, as OpenSSL where it is a file of certificates. In `check` \
            the two belong together by --pair STORE=HOST:443. The message has the reason: no path to an anchor, another name, a \
            date.",
        consequence: "Applications that use this store cannot connect to the server: `PKIX path building failed`, \
            `SSLHandshakeException`, messages that stay in a queue.",
        look: &[
            run(
                "The whole story, with the path as far as it goes:",
                &[
                    "trustpack verify https://HOST --trust STORE.jks",
                    "trustpack inspect STORE.jks",
                ],
            ),
            run(
                "Judge by another network, since a proxy that inspects TLS presents certificates of its own:",
                &["trustpack fetch HOST:443 --proxy none"],
            ),
        ],
        remedy: &[
            run(
                "When the chain leads to a root that the store lacks, add root and intermediates, after a look at their \
                 fingerprints:",
                &["trustpack fetch HOST:443 --install STORE.jks --password env:STORE_PASS"],
            ),
            step(
                "When the server does not send its intermediate, have that repaired there: see CERT-INCOMPLETE-CHAIN.",
            ),
            step(
                "When the name or a date is the reason, no store can help: the server needs another certificate.",
            ),
            step(
                "In `channel pack`: make the host reachable, or give its certificates in trust.files; use container = \"jks\" and \
                 policy = \"root+intermediates\" where one certificate does not do for all hosts.",
            ),
        ],
        sources: &["RFC 5280 section 6", "RFC 9525 (names)"],
        verbs: &["check --pair", "channel pack", "channel watch"],
    },
    Page {
        id: "CERT-NOT-JAVA",
        title: "Java cannot read a certificate",
        severities: &[warning(
            "a certificate that goes into a store that Java reads",
        )],
        meaning: "The certificate is readable here, and the JDK's parser refuses it: an empty issuer, a broken name, extensions \
            in a certificate of version 1, and the like. The message has the reason.",
        consequence: "Java does not skip it: it refuses the whole store (`IOException`, `CertificateParsingException`), so no \
            entry of it works. A server that presents it cannot be reached from Java.",
        look: &[run(
            "Ask Java itself:",
            &[
                "keytool -printcert -file FILE",
                "trustpack inspect FILE --full",
            ],
        )],
        remedy: &[
            step("Leave it out of stores for Java."),
            step("Have it issued anew by a CA software that writes certificates as RFC 5280 says."),
        ],
        sources: &[
            "sun.security.x509.X509CertImpl and its parts, as of JDK 17",
            "RFC 5280 section 4.1",
        ],
        verbs: &["merge", "store import", "fetch --install"],
    },
    Page {
        id: "CERT-UNREADABLE",
        title: "a certificate cannot be read",
        severities: &[warning("one certificate among others that were read")],
        meaning: "What stands in the place of a certificate is none: it is cut off, damaged, or breaks the format. Its \
            neighbours were read, and its own dates and names are not checked.",
        consequence: "OpenSSL and browsers end the handshake with a server that presents it (`decode error`, \
            `bad certificate`). Java refuses a whole store because of one such entry.",
        look: &[run(
            "See its place and what is wrong with it:",
            &[
                "trustpack inspect FILE",
                "openssl x509 -in FILE -noout -text",
            ],
        )],
        remedy: &[
            step(
                "Get an intact copy, in binary mode when it is copied by FTP, and compare sizes or SHA-256.",
            ),
            run(
                "In a store, delete the entry and import the intact one:",
                &[
                    "trustpack store delete STORE.jks ALIAS --password env:STORE_PASS --backup",
                    "trustpack store import STORE.jks INTACT.pem --password env:STORE_PASS",
                ],
            ),
            step("On a server, replace it where the chain is configured, and reload."),
        ],
        sources: &["RFC 5280 section 4.1", "X.690 (DER)"],
        verbs: &[
            "check",
            "fetch",
            "inspect",
            "merge",
            "store import",
            "channel pack",
        ],
    },
];
