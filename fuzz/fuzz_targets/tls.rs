//! What a server sends before anything is secret: a flight, a talk before TLS, a proxy's answer, what is stapled; and
//! revocation lists.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trustpack_core::ocsp::OcspResponse;
use trustpack_core::record::{SctRecord, SctSource};
use trustpack_core::revocation::Evidence;
use trustpack_core::tls::offer::Version;
use trustpack_core::tls::probe::{Extensions, Offer, Probe};
use trustpack_core::tls::proxy::{self, Proxy, ProxyTarget};
use trustpack_core::tls::starttls::{self, Names, Protocol, TdsFraming};

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, bytes)) = bytes.split_first() else {
        return;
    };
    // cut into pieces as a network does
    let pieces = || bytes.chunks(1 + usize::from(choice >> 5));
    let mut probe = Probe::new(Offer {
        version: Version::Tls12,
        exactly: false,
        server_name: Some("a.test".to_owned()),
        certificate_type: None,
        extensions: Extensions::All,
        alpn: Vec::new(),
        random: [0; 32],
    });
    for piece in pieces() {
        let _ = probe.receive(piece);
    }
    // the same as one handshake record after the other
    let mut framed = Probe::new(Offer {
        version: Version::Tls10,
        exactly: true,
        server_name: None,
        certificate_type: None,
        extensions: Extensions::None,
        alpn: Vec::new(),
        random: [0; 32],
    });
    for piece in bytes.chunks(255) {
        let _ = framed.receive(&[&[22, 3, 1, 0, piece.len() as u8], piece].concat());
    }

    let names = Names {
        server: "a.test",
        client: None,
    };
    let protocol = Protocol::ALL[usize::from(choice) % Protocol::ALL.len()];
    let mut talk = starttls::Conversation::new(protocol, &names);
    for piece in pieces() {
        let _ = talk.take_output();
        if talk.receive(piece).is_err() {
            break;
        }
    }
    let _ = TdsFraming::default().unwrap(bytes);

    for url in ["http://u:p@h:1", "socks5h://u:p@h:1"] {
        let proxy: Proxy = url.parse().expect("a proxy");
        let target = ProxyTarget::Name("a.test".to_owned(), 443);
        let mut talk = proxy::Conversation::new(&proxy, &target).expect("a name");
        for piece in pieces() {
            let _ = talk.take_output();
            if talk.receive(piece).is_err() {
                break;
            }
        }
    }
    let _ = OcspResponse::from_der(bytes);
    let _ = Evidence::default().add_list("list", bytes);
    let _ = SctRecord::read_list(SctSource::Tls, bytes);
});
