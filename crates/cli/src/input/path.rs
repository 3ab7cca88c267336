//! What a path is called in messages, and what its name promises.

use std::path::Path;

use trustpack_core::keystore::Format;

/// What a file is called in messages and reports: its path, with every byte that is no UTF-8 as `\xff`, so that no two
/// paths look the same.
pub(crate) fn name_of(path: &Path) -> String {
    let mut name = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        name.push_str(chunk.valid());
        for byte in chunk.invalid() {
            name.push_str(&format!("\\x{byte:02x}"));
        }
    }
    name
}

/// Whether the extension promises a certificate or a store: then an empty or strange file is no bystander.
pub(crate) fn is_named_as_one(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| Format::for_extension(extension).is_some())
}

/// A missing file is told as a missing file, not as a server that does not resolve.
pub(super) fn looks_like_path(text: &str) -> bool {
    const EXTENSIONS: [&str; 8] = [
        ".pem", ".crt", ".cer", ".der", ".p7b", ".jks", ".p12", ".pfx",
    ];
    !text.contains("://")
        && (text.starts_with(['.', '/', '~'])
            || EXTENSIONS.iter().any(|extension| text.ends_with(extension)))
}
