//! Where systems keep certificates.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::hint::Hinted;

/// Debian, Red Hat, SUSE, Alpine and Arch; services, systemd's credentials, certbot, Kubernetes, Java. Those of the
/// environment that OpenSSL and Go read come first.
const FOLDERS: [&str; 16] = [
    "/etc/ssl/certs",
    "/etc/ssl/private",
    "/usr/local/share/ca-certificates",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/private",
    "/etc/pki/ca-trust",
    "/etc/ca-certificates",
    "/var/lib/ca-certificates",
    "/etc/credstore",
    "/etc/credstore.encrypted",
    "/run/credentials",
    "/etc/systemd/certs",
    "/etc/letsencrypt/live",
    "/etc/kubernetes/pki",
    "/var/lib/kubelet/pki",
    "/etc/ssl/certs/java",
];

/// Those that there are.
///
/// # Errors
/// When there is none.
pub(super) fn folders() -> Result<impl Iterator<Item = PathBuf>> {
    let told = ["SSL_CERT_DIR", "SSL_CERT_FILE"]
        .into_iter()
        .filter_map(std::env::var_os)
        .flat_map(|paths| std::env::split_paths(&paths).collect::<Vec<_>>());
    let mut found: Vec<PathBuf> = Vec::new();
    for path in told.chain(FOLDERS.map(PathBuf::from)) {
        // A folder within another one is met there.
        if path.exists() && !found.iter().any(|above| is_within(&path, above)) {
            found.push(path);
        }
    }
    if found.is_empty() {
        let message = format!(
            "none of the certificate folders of a system is here: {}",
            FOLDERS.join(", ")
        );
        return Err(Hinted::new(message, "name the folder").into());
    }
    Ok(found.into_iter())
}

fn is_within(path: &Path, above: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(path).starts_with(real(above))
}
