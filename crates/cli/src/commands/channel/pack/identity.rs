//! The file with the identity certificate that a specification names.

use std::path::PathBuf;

use anyhow::Result;
use trustpack_core::bundle::IdentityFile;
use trustpack_core::channel::Channel;
use trustpack_core::keystore::Password;
use zeroize::Zeroizing;

use crate::input;
use crate::render::{Talk, told};

/// Its content, or why there is none, which is told with everything else that is found.
pub(super) struct Read<'a> {
    name: &'a str,
    bytes: Result<Zeroizing<Vec<u8>>, String>,
    password: Option<Password>,
}

impl<'a> Read<'a> {
    /// `None` when the specification names no file. `folder` says where the file of a key lies.
    pub(super) fn new(
        channel: &'a Channel,
        folder: &impl Fn(&str) -> PathBuf,
        talk: &Talk,
    ) -> Result<Option<Self>> {
        let Some(name) = channel.identity_file() else {
            return Ok(None);
        };
        let read = input::read_file(&folder("identity.file").join(name));
        let bytes = read.map(Zeroizing::new).map_err(|error| told(&error));
        let purpose = format!("the identity of {}", channel.name);
        let place = folder("identity.password");
        // Nobody is asked for the password of a file that is not there.
        let secret = channel.identity_password().filter(|_| bytes.is_ok());
        let password = super::resolve(secret, &place, &purpose, talk)?;
        Ok(Some(Self {
            name,
            bytes,
            password,
        }))
    }

    pub(super) fn file(&self) -> IdentityFile<'_> {
        IdentityFile {
            name: self.name,
            bytes: match &self.bytes {
                Ok(bytes) => Ok(bytes),
                Err(why) => Err(why),
            },
            password: self.password.as_ref(),
        }
    }
}
