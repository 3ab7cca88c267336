"""pyjks and cryptography as judges: the requests and answers of Stores.java, for what these two can.

pyjks: list of JKS, JCEKS, BKS, UBER; make of JKS. cryptography: list of PKCS12 with one key.
"""

import hashlib
import sys


def text(field):
    return None if field == "-" else bytes.fromhex(field).decode()


def digests(certificates):
    return ",".join(hashlib.sha256(der).hexdigest() for der in certificates) or "-"


def line(alias, kind, date, certificates, algorithm="-", key=None):
    digest = "-" if key is None else hashlib.sha256(key).hexdigest()
    return "\t".join([alias.encode().hex(), kind, str(date), digests(certificates), algorithm, digest])


ALGORITHMS = {
    (1, 2, 840, 113549, 1, 1, 1): "RSA",
    (1, 2, 840, 10045, 2, 1): "EC",
    (1, 2, 840, 10040, 4, 1): "DSA",
    (1, 3, 101, 112): "Ed25519",
}


def list_java(file, kind, password, passwords):
    import jks

    reader = {"BKS": jks.bks.BksKeyStore, "UBER": jks.bks.UberKeyStore}.get(kind, jks.KeyStore)
    with open(file, "rb") as bytes_:
        store = reader.loads(bytes_.read(), password, try_decrypt_keys=False)
    for alias, entry in store.entries.items():
        if isinstance(entry, (jks.TrustedCertEntry, jks.bks.BksTrustedCertEntry)):
            yield line(alias, "trusted", entry.timestamp, [entry.cert])
            continue
        # not by getattr, which a locked secret key answers with an error of its own
        chain = vars(entry).get("cert_chain", [])
        chain = [each.cert if kind in ("BKS", "UBER") else each[1] for each in chain]
        kind_of_entry = "private" if chain else "secret"
        try:
            entry.decrypt(passwords.get(alias, passwords[None]))
        except jks.util.DecryptionFailureException:
            yield line(alias, kind_of_entry, entry.timestamp, chain, "locked")
            continue
        if isinstance(entry, jks.SecretKeyEntry):
            algorithm, key = entry.algorithm, entry.key
        elif isinstance(entry, jks.PrivateKeyEntry):
            algorithm, key = ALGORITHMS[tuple(entry._algorithm_oid)], entry.pkey_pkcs8
        elif isinstance(entry, jks.bks.BksSealedKeyEntry):
            algorithm = entry.algorithm
            key = entry.key if entry.type == jks.bks.KEY_TYPE_SECRET else entry.pkey_pkcs8
        else:
            algorithm, key = "", entry.key
        yield line(alias, kind_of_entry, entry.timestamp, chain, algorithm, key)


def list_pkcs12(file, password):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.serialization import pkcs12

    with open(file, "rb") as bytes_:
        store = pkcs12.load_pkcs12(bytes_.read(), None if password is None else password.encode())

    def der(certificate):
        return certificate.certificate.public_bytes(serialization.Encoding.DER)

    def name(certificate):
        return (certificate.friendly_name or b"").decode()

    if store.key is not None:
        key = store.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        algorithm = type(store.key).__name__.removesuffix("PrivateKey")
        yield line(name(store.cert), "private", 0, [der(store.cert)], algorithm, key)
    for certificate in store.additional_certs:
        yield line(name(certificate), "trusted", 0, [der(certificate)])


def make_jks(file, password, entries):
    import jks

    made, lines = [], []
    for alias, kind, certificates, algorithm, key, key_password in entries:
        alias = text(alias)
        certificates = [bytes.fromhex(der) for der in certificates.split(",")]
        if kind == "trusted":
            entry = jks.TrustedCertEntry.new(alias, certificates[0])
            lines.append(line(alias, kind, entry.timestamp, certificates))
        else:
            key = bytes.fromhex(key)
            entry = jks.PrivateKeyEntry.new(alias, certificates, key)
            entry.encrypt(text(key_password))
            lines.append(line(alias, kind, entry.timestamp, certificates, algorithm, key))
        made.append(entry)
    jks.KeyStore.new("jks", made).save(file, password)
    return lines


def answer(request, following):
    verb, file, kind, _, password = request[:5]
    if verb == "make":
        return make_jks(file, text(password), following)
    if kind == "PKCS12":
        return list(list_pkcs12(file, text(password)))
    passwords = {None: text(request[5])}
    for pair in request[6:]:
        alias, key_password = pair.split("=")
        passwords[text(alias)] = text(key_password)
    return list(list_java(file, kind, text(password), passwords))


def main():
    for raw in sys.stdin:
        request = raw.rstrip("\n").split("\t")
        count = int(request[5]) if request[0] == "make" else 0
        following = [sys.stdin.readline().rstrip("\n").split("\t") for _ in range(count)]
        try:
            lines = answer(request, following)
        except Exception as refusal:  # whatever a judge says is its answer
            print("refused", repr(refusal).replace("\n", " "), sep="\t")
            continue
        print("ok", len(lines), sep="\t")
        for each in lines:
            print(each)


main()
