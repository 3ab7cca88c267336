//! Who may read: names and passwords by HTTP's basic scheme (RFC 7617), kept as hashes of bcrypt.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::task;

/// Users and the hashes of their passwords; none: everybody may read.
pub(super) struct Users {
    hashes: BTreeMap<String, String>,
    /// For names that nobody has, so that they take as long as those of users.
    decoy: String,
    /// What was right before: a hash is made to be slow, and a scrape every few seconds is not to pay for it.
    known: Mutex<HashSet<[u8; 32]>>,
    /// Guessing takes one core at most.
    turns: Arc<Semaphore>,
}

/// Bytes that bcrypt looks at.
const MAX_PASSWORD: usize = 72;

impl fmt::Debug for Users {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Users")
    }
}

impl Users {
    /// Whether everybody may come.
    pub(super) fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// # Errors
    /// The name of the first whose hash is none.
    pub(super) fn new(hashes: BTreeMap<String, String>) -> Result<Arc<Self>, String> {
        for (name, hash) in &hashes {
            let is_hash = hash.parse::<bcrypt::HashParts>().is_ok();
            if !is_hash || name.is_empty() || name.contains(':') {
                return Err(name.clone());
            }
        }
        // of the same cost as the first: a password that is wrong whatever it is
        let decoy = hashes.values().next().cloned().unwrap_or_default();
        Ok(Arc::new(Self {
            hashes,
            decoy,
            known: Mutex::default(),
            turns: Arc::new(Semaphore::new(1)),
        }))
    }

    /// Whether a request with this `Authorization` may be answered.
    pub(super) async fn admit(self: &Arc<Self>, authorization: Option<&str>) -> bool {
        if self.hashes.is_empty() {
            return true;
        }
        let Some((name, password)) = authorization.and_then(credentials) else {
            return false;
        };
        // bcrypt looks at no more, so what is longer would have many right endings
        if password.len() > MAX_PASSWORD {
            return false;
        }
        let digest = self.digest(&name, &password);
        if self.known().contains(&digest) {
            return true;
        }
        let Ok(_turn) = self.turns.acquire().await else {
            return false;
        };
        let users = Arc::clone(self);
        let verified = task::spawn_blocking(move || users.verify(&name, &password)).await;
        let is_right = verified.unwrap_or(false);
        if is_right {
            self.known().insert(digest);
        }
        is_right
    }

    fn verify(&self, name: &str, password: &[u8]) -> bool {
        let hash = self.hashes.get(name);
        let verified = bcrypt::verify(password, hash.unwrap_or(&self.decoy));
        // compared by bcrypt in constant time; the name of nobody takes as long
        verified.unwrap_or(false) && hash.is_some()
    }

    /// Stands for a name with a password that was right under the hash of today.
    fn digest(&self, name: &str, password: &[u8]) -> [u8; 32] {
        let hash = self.hashes.get(name).map_or("", String::as_str);
        let mut digest = Sha256::new();
        for part in [hash.as_bytes(), name.as_bytes(), password] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashSet<[u8; 32]>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Name and password.
fn credentials(header: &str) -> Option<(String, Vec<u8>)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    let (name, password) = decoded.split_at(colon);
    let name = String::from_utf8(name.to_vec()).ok()?;
    Some((name, password.get(1..)?.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials() {
        let read = |text: &str| credentials(&format!("Basic {}", STANDARD.encode(text)));
        assert_eq!(read("a:b:c"), Some(("a".to_owned(), b"b:c".to_vec())));
        assert_eq!(read("a:"), Some(("a".to_owned(), Vec::new())));
        assert_eq!(read("a"), None);
        assert_eq!(credentials("Bearer YTpi"), None);
        assert_eq!(credentials("Basic ***"), None);
    }

    #[test]
    fn a_user_is_admitted_with_the_right_password_alone() {
        let hash = bcrypt::hash("secret", 4).unwrap();
        let users = Users::new(BTreeMap::from([("anna".to_owned(), hash)])).unwrap();
        assert!(users.verify("anna", b"secret"));
        assert!(!users.verify("anna", b"Secret"));
        assert!(!users.verify("berta", b"secret"));
        assert!(Users::new(BTreeMap::from([("a".to_owned(), "plain".to_owned())])).is_err());
    }
}
