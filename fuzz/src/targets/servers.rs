//! What a server, a proxy or an API sends. The first octet says into which pieces a network cuts it.

use time::{Duration, OffsetDateTime};
use trustpack_core::ari;
use trustpack_core::call::meta;
use trustpack_core::call::telegram::{Bot, Expected};
use trustpack_core::call::{Response, Secrets, Slot};
use trustpack_core::keystore::Password;
use trustpack_core::tls::offer::Version;
use trustpack_core::tls::probe::{Extensions, Offer, Probe};
use trustpack_core::tls::proxy::{self, Proxy, ProxyTarget};
use trustpack_core::tls::starttls::{self, Names, Protocol, TdsFraming};

use super::super::input::Input;

/// The pieces in which something arrives.
fn pieces(choice: u8, bytes: &[u8]) -> std::slice::Chunks<'_, u8> {
    bytes.chunks(match choice >> 5 {
        7 => 4096,
        few => 1 + usize::from(few),
    })
}

fn offer(version: Version, extensions: Extensions) -> Probe {
    Probe::new(Offer {
        version,
        exactly: extensions == Extensions::None,
        server_name: (extensions == Extensions::All).then(|| "a.test".to_owned()),
        certificate_type: None,
        extensions,
        alpn: Vec::new(),
        random: [0; 32],
    })
}

/// Any flight: as it is, and as one handshake record after the other.
pub(super) fn hello(bytes: &[u8]) {
    let mut input = Input(bytes);
    let choice = input.octet();
    let [mut probe, mut whole] = [(); 2].map(|()| offer(Version::Tls12, Extensions::All));
    let mut progress = probe.receive(b"");
    for piece in pieces(choice, input.0) {
        progress = probe.receive(piece);
    }
    assert_eq!(
        progress,
        whole.receive(input.0),
        "in pieces it is another flight"
    );
    assert_eq!(format!("{:?}", probe.seen()), format!("{:?}", whole.seen()));
    let mut framed = offer(Version::Tls10, Extensions::None);
    for piece in input.0.chunks(255) {
        let length = u8::try_from(piece.len()).unwrap_or_default();
        let _ = framed.receive(&[&[22, 3, 1, 0, length], piece].concat());
    }
    for probe in [probe, framed] {
        let _ = (probe.seen(), probe.version(), probe.cipher_suite());
    }
}

/// Any talk before TLS in every protocol; the first octet chooses. In pieces or as a whole, it ends alike.
pub(super) fn starttls(bytes: &[u8]) {
    let mut input = Input(bytes);
    let choice = input.octet();
    let names = Names {
        server: "a.test",
        client: None,
    };
    let protocol = Protocol::ALL[usize::from(choice & 0x1f) % Protocol::ALL.len()];
    let mut talk = starttls::Conversation::new(protocol, &names);
    for piece in pieces(choice, input.0) {
        let said = talk.take_output();
        assert!(said.len() < 1 << 16, "too talkative");
        if talk.receive(piece).is_err() {
            assert!(
                talk.take_output().is_empty(),
                "says something after an error"
            );
            break;
        }
    }
    let _ = talk.closed().to_string();
    let _ = TdsFraming::default().unwrap(input.0);
}

/// Any answer of a proxy.
pub(super) fn proxy(bytes: &[u8]) {
    let mut input = Input(bytes);
    let choice = input.octet();
    for url in ["http://u:p@h:1", "socks5h://u:p@h:1"] {
        let proxy: Proxy = url.parse().expect("a proxy");
        let target = ProxyTarget::Name("a.test".to_owned(), 443);
        let mut talk = proxy::Conversation::new(&proxy, &target).expect("a name");
        for piece in pieces(choice, input.0) {
            let _ = talk.take_output();
            if talk.receive(piece).is_err() {
                break;
            }
        }
        let _ = talk.closed().to_string();
    }
}

/// Any answer of an API: an ACME server's, Telegram's, that of a callback. No secret is in what is told of it.
pub(super) fn answers(bytes: &[u8]) {
    const TOKEN: &str = "123456:sEcReT";
    let _ = ari::parse_directory(bytes, false);
    let _ = ari::parse_renewal_info(bytes);

    let mut input = Input(bytes);
    let status = u16::try_from(100 + input.number() % 500).unwrap_or_default();
    let [content_type, location, retry_after] = [(); 3].map(|()| {
        let text = input.text();
        (!text.is_empty()).then_some(text)
    });
    let response = Response {
        status,
        content_type,
        location,
        retry_after,
        body: input.0.to_vec(),
    };
    let token = Slot::new("token", "env:TOKEN");
    let mut secrets = Secrets::default();
    secrets.insert("token", Password::new(TOKEN));
    let bot = Bot {
        api: "https://api.telegram.org".parse().expect("an address"),
        subject: "a".to_owned(),
        token: token.clone(),
    };
    let calls = [
        bot.delete_webhook(true),
        bot.webhook_info(Expected {
            url: "https://a.test/x".to_owned(),
            at: OffsetDateTime::UNIX_EPOCH,
            recent: Duration::DAY,
        }),
        meta::challenge("https://a.test/x", &token, 7),
    ];
    for call in calls {
        let told = format!("{:?}", call.judge(&response, &secrets));
        assert!(!told.contains(TOKEN), "{told}");
    }
}
