//! The chain that a server sends, or that a file holds.

use super::{Page, note, run, step, warning};

/// The chain as it comes over the wire.
const SEE: super::Step = run(
    "See what is sent, in its order, with the path that was found in it:",
    &[
        "trustpack fetch HOST:443",
        "trustpack inspect https://HOST --full",
        "openssl s_client -connect HOST:443 -servername HOST -showcerts </dev/null",
    ],
);

const FETCHED: &[&str] = &["check", "fetch", "inspect", "merge", "channel pack"];

pub(super) const PAGES: &[Page] = &[
    Page {
        id: "CERT-INCOMPLETE-CHAIN",
        title: "a server does not send the certificate of its issuer",
        severities: &[warning(
            "the server sends its own certificate and no issuer, and is not self-signed",
        )],
        meaning: "The server was set up with its certificate alone, without the intermediates. Clients are expected to hold \
            roots only; intermediates are the server's business.",
        consequence: "Some clients accept it and others do not, which makes it hard to find: browsers on the desktop often \
            have the intermediate from elsewhere or fetch it, while curl, Java, Python, Android and most appliances fail with \
            `unable to get local issuer certificate` or `PKIX path building failed`. \"It works in my browser\" proves nothing.",
        look: &[
            SEE,
            run(
                "Fetch the missing issuers from where the certificate says that they are published:",
                &["trustpack fetch HOST:443 --aia --select intermediates -o intermediates.pem"],
            ),
        ],
        remedy: &[
            step(
                "On the server, use the file that has the whole chain (fullchain.pem of an ACME client), or append the \
                 intermediates to the certificate: first the server's own, then each issuer, without the root. Reload.",
            ),
            run("Check again:", &["trustpack check HOST:443"]),
            run(
                "Until the server is repaired, a store of your own can hold the intermediate:",
                &[
                    "trustpack store import STORE.jks intermediates.pem --password env:STORE_PASS --backup",
                ],
            ),
        ],
        sources: &[
            "RFC 8446 section 4.4.2",
            "RFC 5280 section 4.2.2.1 (caIssuers)",
        ],
        verbs: FETCHED,
    },
    Page {
        id: "CHAIN-COMPLETED",
        title: "an issuer was not sent, and was found elsewhere",
        severities: &[note(
            "the gap could be closed with a certificate from --roots, a root store or --aia",
        )],
        meaning: "The chain has a gap. It was closed here with a certificate that the message names, so that the chain can be \
            shown, written or installed as a whole.",
        consequence: "Clients that hold no such certificate do not find the path; see CERT-INCOMPLETE-CHAIN.",
        look: &[SEE],
        remedy: &[step(
            "Have the server send it: append it to the chain that the server is configured with, and reload.",
        )],
        sources: &["RFC 8446 section 4.4.2"],
        verbs: FETCHED,
    },
    Page {
        id: "CHAIN-DUPLICATE",
        title: "a certificate is sent more than once",
        severities: &[note("always")],
        meaning: "The chain holds the same certificate twice or more. Usually a file with the whole chain was configured as the \
            certificate, and the intermediates once more as the chain.",
        consequence: "Most clients pass over it. It makes each handshake longer, and some strict or old clients refuse the \
            order that comes of it.",
        look: &[SEE],
        remedy: &[step("Configure every certificate once, and reload.")],
        sources: &["RFC 8446 section 4.4.2"],
        verbs: FETCHED,
    },
    Page {
        id: "CHAIN-EXTRA",
        title: "certificates are sent that are of no use for the server's own",
        severities: &[note("always")],
        meaning: "The chain holds certificates from which no path leads to the server's certificate: a leftover of another CA, \
            of a former certificate, or of another site. Their dates are notes only, since no client needs them.",
        consequence: "Clients that build a path pass over them and lose time. Clients that want each certificate to certify the \
            one before it refuse. An expired leftover makes simple monitoring alarm for nothing.",
        look: &[SEE],
        remedy: &[step(
            "Take them out of the file that the server sends, and reload.",
        )],
        sources: &["RFC 8446 section 4.4.2"],
        verbs: FETCHED,
    },
    Page {
        id: "CHAIN-ORDER",
        title: "the certificates are not in issuing order",
        severities: &[
            warning("a CA certificate is the first one, in the server's place"),
            note("the server's own is the first one, and its issuers are mixed up"),
        ],
        meaning: "A server sends its own certificate first, then each issuer after what it issued. Here they stand otherwise.",
        consequence: "With a CA in the first place every client takes that for the server's certificate, and refuses it: wrong \
            name, wrong key. With mixed issuers modern clients sort for themselves; appliances, old Java and embedded clients \
            fail.",
        look: &[SEE],
        remedy: &[
            step(
                "Put the file in order: the server's own, then each issuer, without the root; reload.",
            ),
            run(
                "Let it be written in order:",
                &["trustpack fetch HOST:443 --select chain -o fullchain.pem"],
            ),
        ],
        sources: &[
            "RFC 8446 section 4.4.2 (SHOULD)",
            "RFC 5246 section 7.4.2 (MUST)",
        ],
        verbs: FETCHED,
    },
    Page {
        id: "CHAIN-ROOT-SENT",
        title: "a server sends its root",
        severities: &[note("always")],
        meaning: "The chain ends with the root itself. Clients trust only the copy that they hold, so the one that is sent \
            changes nothing.",
        consequence: "None but a kilobyte or two in each handshake. For somebody without the root it looks as if it could be \
            trusted for being sent: it cannot.",
        look: &[SEE],
        remedy: &[step(
            "Leave it out of the file that the server sends. There is no hurry.",
        )],
        sources: &["RFC 8446 section 4.4.2: the root MAY be omitted"],
        verbs: FETCHED,
    },
    Page {
        id: "CHAIN-ROOT-UNKNOWN",
        title: "the chain leads to no root that is known here",
        severities: &[note("always: for a private CA that is how it should be")],
        meaning: "The end of the chain is in none of the stores that were asked: --roots, the system's, Mozilla's list. Either \
            the CA is a private one, or an intermediate is missing, or a proxy in between has issued a certificate of its own.",
        consequence: "Clients with a default trust store refuse the server. Those that were given the private root accept it.",
        look: &[
            run(
                "See who issued it. A name of your company's proxy or virus scanner tells of inspection:",
                &[
                    "trustpack fetch HOST:443",
                    "trustpack fetch HOST:443 --proxy none --aia",
                ],
            ),
            run(
                "Ask with the root that you expect:",
                &["trustpack verify https://HOST --trust ROOT.pem"],
            ),
        ],
        remedy: &[
            run(
                "A private CA: get its root over a way that can be trusted, compare the fingerprint, and give it to the clients:",
                &[
                    "trustpack inspect ROOT.pem",
                    "trustpack store import STORE.jks ROOT.pem --password env:STORE_PASS --backup",
                ],
            ),
            step("A missing intermediate: see CERT-INCOMPLETE-CHAIN."),
            step(
                "A public service that shows a private issuer: fetch it again from another network before you trust anything.",
            ),
        ],
        sources: &["RFC 5280 section 6.1 (trust anchors)"],
        verbs: FETCHED,
    },
    Page {
        id: "CHAIN-SIGNATURE-UNCHECKED",
        title: "a signature in the chain cannot be checked here",
        severities: &[warning(
            "its algorithm is not supported (Ed448, DSA and others)",
        )],
        meaning: "Whether the issuer really signed this certificate was not found out. The names fit, which anybody can arrange.",
        consequence: "What stands above it may have nothing to do with the server. To trust it would be to trust a name.",
        look: &[run(
            "Check the signature with a tool that knows the algorithm:",
            &[
                "openssl verify -partial_chain -trusted ISSUER.pem CERTIFICATE.pem",
                "trustpack inspect CERTIFICATE.pem",
            ],
        )],
        remedy: &[
            step(
                "Compare the fingerprint of the CA with what the CA says of itself, over another way.",
            ),
            step(
                "Ask for a certificate with RSA, ECDSA or Ed25519: many clients do not check the others either.",
            ),
        ],
        sources: &["RFC 5280 section 6.1.3 (a) (1)"],
        verbs: FETCHED,
    },
    Page {
        id: "CHAIN-TOO-MANY",
        title: "the chain has so many alike certificates that the search for a path was ended",
        severities: &[warning("always")],
        meaning: "The number of possible paths grows with every certificate of the same name, and the search ends after a \
            fixed number of steps. No honest server is anywhere near that: it is a mistake in a script that appends to a file, \
            or an attempt to keep clients busy.",
        consequence: "Clients give up as well: OpenSSL and Java limit the number of certificates, rustls the number of \
            signatures.",
        look: &[SEE],
        remedy: &[step(
            "Configure the server's certificate and its issuers only, and reload.",
        )],
        sources: &["RFC 8446 section 4.4.2"],
        verbs: FETCHED,
    },
];
