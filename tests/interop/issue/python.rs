//! Python's cryptography with an OpenSSL of today, which knows ML-DSA.

use super::{PROFILES, Yard};
use crate::support::{python, root, run, stdout};

#[test]
fn python_accepts_ml_dsa() {
    if python("cryptography.hazmat.primitives.asymmetric.mldsa").is_none() {
        return;
    }
    for kind in ["ml-dsa-44", "ml-dsa-65", "ml-dsa-87"] {
        let yard = Yard::hierarchy(kind);
        let mut command = python("cryptography").unwrap();
        command
            .current_dir(yard.folder())
            .arg(root().join("tests/interop/issue.py"));
        let text = stdout(&run(command.args(PROFILES)));
        assert_eq!(text.lines().count(), PROFILES.len(), "{kind}: {text}");
    }
}
