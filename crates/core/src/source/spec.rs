//! A channel specification: the servers that it names, and the certificate files that stand for them.

use super::{Item, Kind, Opener, Place, Reference, Server, SourceError, text};
use crate::channel::{Spec, hosts};

/// Hands out, channel by channel, each host or the file that stands for fetching it, then the identity certificate.
pub(super) fn open(
    opener: &mut Opener<'_>,
    place: &Place,
    bytes: &[u8],
) -> Result<Kind, SourceError> {
    let spec = Spec::read(&text::decode(bytes))?;
    for channel in &spec.channels {
        let place = place.part(&channel.label());
        let connect = channel.connect().and_then(|connect| connect.parse().ok());
        for host in hosts(channel) {
            let endpoint = host.endpoint.to_string();
            (opener.each)(match channel.given_file(&host) {
                Some(file) => {
                    reference(place.part(&format!("trust.files: {endpoint}")), file, None)
                }
                None => Item::Server(Server {
                    name: place.part(&endpoint).name,
                    endpoint: host.endpoint,
                    connect: connect.clone(),
                }),
            });
        }
        if let Some(file) = channel.identity_file() {
            let place = place.part("identity.file");
            let password = channel.identity_password().cloned();
            (opener.each)(reference(place, file, password));
        }
    }
    for included in &spec.includes {
        (opener.each)(reference(place.part("include"), included, None));
    }
    Ok(Kind::ChannelSpec)
}

fn reference(place: Place, path: &str, password: Option<crate::channel::SecretRef>) -> Item {
    Item::Reference(Reference {
        name: place.name,
        origin: place.origin,
        path: path.to_owned(),
        follow: true,
        password,
    })
}
