"""The verifier of Python's cryptography over the chains of a file; prints the seconds that it took: processor time, and by
the wall clock.

Each line is "root" and a certificate, or the name of a server and what it presents, all in hex.
"""

import datetime
import sys
import time

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

roots, chains = [], []
with open(sys.argv[1]) as lines:
    for line in lines:
        name, *ders = line.split()
        ders = [bytes.fromhex(der) for der in ders]
        if name == "root":
            roots.extend(ders)
        else:
            chains.append((name, ders))

store = Store([x509.load_der_x509_certificate(root) for root in roots])
builder = PolicyBuilder().store(store).time(datetime.datetime.now())

wall, start = time.perf_counter(), time.thread_time()
for name, ders in chains:
    end_entity, *intermediates = [x509.load_der_x509_certificate(der) for der in ders]
    verifier = builder.build_server_verifier(x509.DNSName(name))
    verifier.verify(end_entity, intermediates)
print(time.thread_time() - start, time.perf_counter() - wall)
