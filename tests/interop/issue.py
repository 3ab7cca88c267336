"""Whether keys, requests and certificates belong together, a line for each profile."""

import sys

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)


def read(name):
    with open(name, "rb") as file:
        return file.read()


def spki(key):
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


root = x509.load_pem_x509_certificate(read("root.pem"))
issuing = x509.load_pem_x509_certificate(read("issuing.pem"))
root.verify_directly_issued_by(root)
issuing.verify_directly_issued_by(root)
for profile in sys.argv[1:]:
    certificate = x509.load_pem_x509_certificate(read(profile + ".pem"))
    certificate.verify_directly_issued_by(issuing)
    request = x509.load_pem_x509_csr(read(profile + ".csr"))
    assert request.is_signature_valid
    key = load_pem_private_key(read(profile + ".key"), None).public_key()
    assert spki(key) == spki(certificate.public_key()) == spki(request.public_key())
    print(profile)
