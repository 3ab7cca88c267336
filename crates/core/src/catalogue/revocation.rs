//! Whether certificates are revoked.

use super::{Page, critical, note, run, step, warning};

const VERIFY: &[&str] = &["verify"];

pub(super) const PAGES: &[Page] = &[
    Page {
        id: "REVOCATION-CRL-EXPIRED",
        title: "a revocation list that was looked at is out of date",
        severities: &[warning(
            "a newer list was due, and no other source told about the certificate",
        )],
        meaning: "The nextUpdate of the list has passed at --at, so it does not say that a certificate is good. What it lists as \
            revoked still counts.",
        consequence: "Clients that insist on a current list refuse every certificate of this CA.",
        look: &[run("See its dates:", &["trustpack inspect FILE.crl"])],
        remedy: &[run(
            "Take the current list, or have it fetched:",
            &[
                "trustpack verify https://HOST --trust STORE.jks --crl CURRENT.crl",
                "trustpack verify https://HOST --trust STORE.jks --revocation fetch",
            ],
        )],
        sources: &["RFC 5280 section 6.3.3", "`docs/revocation.md`"],
        verbs: VERIFY,
    },
    Page {
        id: "REVOCATION-CRL-UNUSABLE",
        title: "a revocation list cannot be used",
        severities: &[warning(
            "it does not count for the certificate, and no other source told about it",
        )],
        meaning: "The list is not signed by the issuer of the certificate, not readable, or of a kind that is not used here: a \
            delta list, an indirect list, one with a critical extension that is not known. The message says which.",
        consequence: "Whether the certificate is revoked stays unknown. Clients that insist refuse it.",
        look: &[run(
            "See who signed it, and its extensions:",
            &[
                "trustpack inspect FILE.crl --full",
                "openssl crl -in FILE.crl -noout -text",
            ],
        )],
        remedy: &[
            step(
                "Get the complete list that the issuer itself signs, from the address in the certificate.",
            ),
            step(
                "Check that it is the list of this CA: CAs with the same name and another key have lists of their own.",
            ),
        ],
        sources: &["RFC 5280 sections 5.2 and 6.3.3", "`docs/revocation.md`"],
        verbs: VERIFY,
    },
    Page {
        id: "REVOCATION-OCSP-EXPIRED",
        title: "an OCSP response is out of date",
        severities: &[warning("the nextUpdate of a response has passed")],
        meaning: "The response, most often one that the server staples, has ended, so it does not say that the certificate is \
            good. The server has not renewed it: its way to the CA's responder is closed, or its cache is stuck.",
        consequence: "Firefox and Java refuse a stapled response that is out of date where they look at it. A certificate with \
            must-staple is refused by all that know it.",
        look: &[run(
            "See the response as it is stapled:",
            &[
                "openssl s_client -connect HOST:443 -servername HOST -status </dev/null",
                "trustpack fetch HOST:443 --json",
            ],
        )],
        remedy: &[
            step(
                "Let the server reach the CA's responder (the OCSP address in the certificate, port 80), and reload it.",
            ),
            step("Where the CA has switched OCSP off, switch stapling off as well."),
        ],
        sources: &[
            "RFC 6960 section 4.2.2.1",
            "RFC 7633 (must-staple)",
            "`docs/revocation.md`",
        ],
        verbs: VERIFY,
    },
    Page {
        id: "REVOCATION-OCSP-UNUSABLE",
        title: "an OCSP response cannot be used",
        severities: &[warning("it does not count for the certificate")],
        meaning: "The response is about another certificate, not signed by the issuer or a responder of its, not readable, or \
            an error of the responder (tryLater, unauthorized). The message says which.",
        consequence: "Whether the certificate is revoked stays unknown. Some clients end the handshake over a broken stapled \
            response.",
        look: &[run(
            "See the response as it is stapled:",
            &[
                "openssl s_client -connect HOST:443 -servername HOST -status </dev/null",
                "trustpack fetch HOST:443 --json",
            ],
        )],
        remedy: &[
            step(
                "Reload the server after each change of its certificate, so that it staples the response of the new one.",
            ),
            step("If the responder itself gives that, tell the CA."),
        ],
        sources: &[
            "RFC 6960 sections 2.3, 3.2 and 4.2.2.2",
            "`docs/revocation.md`",
        ],
        verbs: VERIFY,
    },
    Page {
        id: "REVOCATION-REVOKED",
        title: "a certificate is revoked",
        severities: &[critical("a list or response that counts says so")],
        meaning: "The issuer has declared the certificate void. The message has the day, the reason where one is given, and who \
            says it.",
        consequence: "Browsers refuse it by lists of their makers, within hours or days; clients that check revocation at once; \
            a default Java or OpenSSL client not at all. So some users are locked out and others are not. With the reason \
            keyCompromise somebody else may hold the key, and can listen or pose as the server.",
        look: &[
            run(
                "Ask all sources:",
                &["trustpack verify https://HOST --trust STORE.jks --revocation fetch"],
            ),
            step(
                "The reason tells how urgent it is: keyCompromise and cACompromise at once; superseded and cessationOfOperation: the new certificate is not installed.",
            ),
        ],
        remedy: &[
            step(
                "Replace the certificate today. With keyCompromise make a new key, and treat what was sent as read.",
            ),
            step("With certificateHold ask the CA whether it will be released."),
            step(
                "With cACompromise replace every certificate of this CA, and take it out of the stores.",
            ),
        ],
        sources: &[
            "RFC 5280 section 5.3.1",
            "RFC 6960 section 2.2",
            "Baseline Requirements, section 4.9.1",
        ],
        verbs: VERIFY,
    },
    Page {
        id: "REVOCATION-UNKNOWN",
        title: "whether a certificate is revoked is not known",
        severities: &[
            critical("with --revocation-fail hard"),
            note("with --crl or --revocation fetch, when nothing told"),
        ],
        meaning: "You asked whether the certificates are revoked, and for this one no list and no response that counts was \
            there. The message says why.",
        consequence: "A client that insists (hard fail: Java with com.sun.net.ssl.checkRevocation, OpenSSL with -crl_check, most \
            VPN gateways) refuses; others go on.",
        look: &[run(
            "See where the certificate points to, and ask there:",
            &[
                "trustpack inspect https://HOST --full",
                "trustpack verify https://HOST --trust STORE.jks --revocation fetch --revocation-timeout 20s",
            ],
        )],
        remedy: &[
            step(
                "Give a current list for each CA of the path with --crl, also that of the root for its intermediates.",
            ),
            step("Let this machine reach the addresses in the certificates (http, port 80)."),
        ],
        sources: &["RFC 5280 section 6.3.3", "`docs/revocation.md`"],
        verbs: VERIFY,
    },
];
