//! Bundles that were packed for a channel, and handed over.

use super::{Page, Step, critical, run, step, warning};

const BUNDLES: &[&str] = &["channel verify-bundle", "channel watch"];

/// Every finding about a bundle is looked at so.
const VERIFY: Step = run(
    "See everything that is wrong with the bundle, each file by its name:",
    &["trustpack channel verify-bundle BUNDLE.zip"],
);

const PACK_AGAIN: Step = run(
    "Pack it again from the specification:",
    &["trustpack channel pack channel.toml -o BUNDLE.zip --force"],
);

const LAYOUT: &str = "docs/bundle.md (the layout of a bundle)";
const APPNOTE: &str = "APPNOTE.TXT, the ZIP file format";

pub(super) const PAGES: &[Page] = &[
    Page {
        id: "ANCHOR-OVERLAP",
        title: "a trust file has today's roots only, and its server is about to move to others",
        severities: &[warning(
            "a dated fact names roots to come, and the container has no room for them or nobody knows them",
        )],
        meaning: "A provider has said that its servers will get certificates of other roots, and `trustpack channel facts` has \
            the day and the source. A JKS gets both, the roots of today and those to come, so that nothing happens on the \
            day. A DER file holds one certificate.",
        consequence: "On the day of the move clients refuse the server, until somebody packs and uploads again.",
        look: &[run(
            "Read the fact with its source, and see what would be packed:",
            &[
                "trustpack channel facts",
                "trustpack channel pack channel.toml --explain",
            ],
        )],
        remedy: &[
            step(
                "Write container = \"jks\" and a password under [channel.trust], if the product takes a JKS there, and pack again.",
            ),
            run(
                "Or be ready for the day: see whether the provider's preview server is accepted yet, and pack again when not.",
                &[
                    "trustpack channel verify-bundle BUNDLE.zip --against api.twilio.com=tls-test.twilio.com",
                ],
            ),
        ],
        sources: &[LAYOUT, "https://www.twilio.com/changelog"],
        verbs: &["channel pack"],
    },
    Page {
        id: "BUNDLE-BROKEN",
        title: "a bundle cannot be read, or must not be unpacked",
        severities: &[critical(
            "the zip is damaged or unsafe, or a newer program packed it",
        )],
        meaning: "The zip has no readable directory, has more in it than any bundle, or has a name that leads elsewhere: an \
            absolute path, a path with .., a link, a name that is another one's on a file system that ignores case. Or its \
            layout is newer than this program, which says so.",
        consequence: "Nothing in it was looked at. A zip with unsafe names can overwrite files wherever it is unpacked.",
        look: &[run(
            "List the names without unpacking anything:",
            &["unzip -l BUNDLE.zip"],
        )],
        remedy: &[
            step("Copy the bundle again from where it was packed, and compare the sizes."),
            step(
                "Where names are unsafe, do not unpack it: no version of trustpack packs such a zip. Find out where it is from.",
            ),
            step("Where the layout is newer, verify it with the version that packed it."),
        ],
        sources: &[LAYOUT, APPNOTE],
        verbs: BUNDLES,
    },
    Page {
        id: "BUNDLE-CHANGED",
        title: "a file of a bundle is not as it was packed",
        severities: &[critical("a file, the manifest or the zip itself")],
        meaning: "MANIFEST.json lists the length and the SHA-256 of every file, and its own; one of them is another now. Of a zip \
            every other byte counts as well, such as names, times and permissions: it must be the zip that these files give.",
        consequence: "The bundle is refused. What was judged when it was packed says nothing of what is in it now.",
        look: &[
            VERIFY,
            run(
                "Compare by hand: the hashes of a bundle that is good, against the files of the other one:",
                &[
                    "trustpack channel verify-bundle GOOD.zip --sums > SHA256SUMS",
                    "cd FOLDER && sha256sum -c ../SHA256SUMS",
                ],
            ),
        ],
        remedy: &[
            step("Copy the bundle again from where it was packed."),
            step("If it was unpacked and zipped again, unpack it and verify the folder."),
            PACK_AGAIN,
        ],
        sources: &[LAYOUT],
        verbs: BUNDLES,
    },
    Page {
        id: "BUNDLE-CONTENT",
        title: "a file of a bundle is not what its manifest says of it",
        severities: &[critical(
            "a trust file, a recorded chain or a model that the manifest contradicts",
        )],
        meaning: "Every hash fits, and yet a file holds something else than the manifest lists: other anchors, another chain, \
            the model of another channel. trustpack packs nothing of the kind, so somebody made the bundle by hand, or changed \
            a file and its hash together.",
        consequence: "The bundle is refused: whom to trust would be decided by whoever changed it.",
        look: &[
            VERIFY,
            run(
                "See what the file holds:",
                &["trustpack inspect FOLDER/support/trust/trust.cer"],
            ),
        ],
        remedy: &[
            step("Find out who made the bundle, and upload nothing of it."),
            PACK_AGAIN,
            run(
                "Sign what you pack, so that nobody else can change it:",
                &["trustpack channel pack channel.toml -o BUNDLE.zip --sign release.pem"],
            ),
        ],
        sources: &[LAYOUT],
        verbs: BUNDLES,
    },
    Page {
        id: "BUNDLE-EXTRA",
        title: "a file is in a bundle that its manifest does not list",
        severities: &[critical(
            "any file, link or device beside those that were packed",
        )],
        meaning: "Everything in a bundle is listed in MANIFEST.json. This is not, so it came later: a note, a copy, what a file \
            manager leaves behind, or something that is meant to be uploaded by mistake.",
        consequence: "The bundle is refused, because nobody has judged this file.",
        look: &[VERIFY],
        remedy: &[step(
            "Remove the file, or keep it elsewhere; find out who added it when you do not know.",
        )],
        sources: &[LAYOUT],
        verbs: BUNDLES,
    },
    Page {
        id: "BUNDLE-MISSING",
        title: "a file of a bundle is not there",
        severities: &[critical(
            "a listed file, the signature or the manifest itself",
        )],
        meaning: "MANIFEST.json lists a file that is not in the bundle, or only under a name in another case. Without the \
            manifest it is no bundle at all.",
        consequence: "The bundle is refused. Half a bundle looks like a whole one until somebody needs the other half.",
        look: &[VERIFY],
        remedy: &[
            step("Copy the bundle again as a whole; a zip is easier to copy than a folder."),
            PACK_AGAIN,
        ],
        sources: &[LAYOUT],
        verbs: BUNDLES,
    },
    Page {
        id: "BUNDLE-OUTDATED",
        title: "the chain in a bundle is that of the past",
        severities: &[warning(
            "the recorded certificate of a server has expired, and its CA is still trusted",
        )],
        meaning: "A bundle records what each server presented when it was packed. Server certificates end after weeks or months, \
            so the server has another one by now. The packed anchors would accept one that the same CA issued; whether it \
            is that, only the server can tell.",
        consequence: "The bundle may be as good as ever, or the server may have moved to another CA; offline nobody knows.",
        look: &[run(
            "Ask the servers themselves:",
            &["trustpack channel verify-bundle BUNDLE.zip --live"],
        )],
        remedy: &[PACK_AGAIN],
        sources: &[
            LAYOUT,
            "CA/Browser Forum Baseline Requirements, section 6.3.2 (life of server certificates)",
        ],
        verbs: &["channel verify-bundle"],
    },
    Page {
        id: "BUNDLE-SIGNATURE",
        title: "the signature of a bundle is not the one that it should be",
        severities: &[critical(
            "it is damaged, missing where one is demanded, or by another key",
        )],
        meaning: "MANIFEST.sig is an Ed25519 signature over the bytes of MANIFEST.json, which lists all other files. Here it is \
            none by the key that the manifest names, or that key is not the one that was named with --key, or there is none.",
        consequence: "Nobody knows who packed the bundle; whoever could change it may have decided whom you trust.",
        look: &[
            VERIFY,
            run(
                "Check the signature without trustpack:",
                &[
                    "openssl pkeyutl -verify -pubin -inkey PUBLIC.pem -rawin -in MANIFEST.json -sigfile MANIFEST.sig",
                ],
            ),
        ],
        remedy: &[
            step(
                "Get the bundle, or the public key, again from somebody you know, over another way.",
            ),
            run(
                "Pack and sign it again; the second command writes the public key:",
                &[
                    "trustpack channel pack channel.toml -o BUNDLE.zip --force --sign release.pem",
                    "openssl pkey -in release.pem -pubout -out release.pub",
                ],
            ),
        ],
        sources: &["RFC 8032 (Ed25519)", "RFC 8410 (its keys)", LAYOUT],
        verbs: BUNDLES,
    },
];
