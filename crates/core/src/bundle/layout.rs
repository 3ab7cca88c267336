//! Where each file of a bundle lies: the same for whoever writes one and for whoever reads it.

use crate::channel::Channel;
use crate::endpoint::Endpoint;

/// The list of all other files, with what was decided.
pub const MANIFEST: &str = "MANIFEST.json";

/// The signature over the bytes of the manifest.
pub const SIGNATURE: &str = "MANIFEST.sig";

/// What to upload as trust certificate: with the ending that the document names.
pub(super) fn trust(channel: &Channel) -> String {
    format!("{}/trust/{}", channel.name, channel.trust_file_name())
}

/// A file of the channel itself, such as `report.json`.
pub(super) fn own(channel: &Channel, name: &str) -> String {
    format!("{}/{name}", channel.name)
}

/// `<channel>/chains/<host>.pem`; the port is named when it is not 443.
pub(super) fn chain(channel: &Channel, endpoint: &Endpoint) -> String {
    format!("{}/chains/{}.pem", channel.name, host(endpoint))
}

/// The name under which the chain of a server is recorded, without an ending: `api.infobip.com`, `192.0.2.10_28090`.
pub fn host(endpoint: &Endpoint) -> String {
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-') {
            letter
        } else {
            '_'
        }
    };
    let host: String = endpoint
        .host()
        .to_ascii_lowercase()
        .chars()
        .map(plain)
        .collect();
    match endpoint.port() {
        443 => host,
        port => format!("{host}_{port}"),
    }
}
