"""Reads the end and the fingerprint of every certificate below a folder, as scripts of monitoring do."""

import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes

for path in pathlib.Path(sys.argv[1]).rglob("*.pem"):
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    print(path, certificate.not_valid_after_utc, certificate.fingerprint(hashes.SHA256()).hex())
