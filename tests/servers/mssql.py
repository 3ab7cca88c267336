"""A stand-in for SQL Server, of which there is no package: the prelogin of TDS, then TLS inside TDS packets.

Arguments: port, chain, key. After [MS-TDS] 2.2.6.5 (PRELOGIN) and 3.3.5.2: the messages of the handshake travel in
packets of type 0x12, both ways.
"""

import socket
import ssl
import struct
import sys
import threading

PRELOGIN, RESPONSE = 0x12, 0x04
ENCRYPT_REQUIRED = 3


def exactly(client, size):
    data = b""
    while len(data) < size:
        more = client.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def receive(client):
    kind, _, size, _, _, _ = struct.unpack(">BBHHBB", exactly(client, 8))
    if kind != PRELOGIN:
        raise ValueError(f"a packet of type {kind:#x} before the login")
    return exactly(client, size - 8)


def send(client, kind, data):
    """In packets of at most 4096 bytes, the last of which says that it is."""
    while data:
        part, data = data[:4088], data[4088:]
        client.sendall(struct.pack(">BBHHBB", kind, 0 if data else 1, len(part) + 8, 0, 1, 0) + part)


def prelogin():
    values = [(0, bytes([16, 0, 3, 232, 0, 0])), (1, bytes([ENCRYPT_REQUIRED]))]
    head, body, place = b"", b"", 5 * len(values) + 1
    for token, value in values:
        head += struct.pack(">BHH", token, place + len(body), len(value))
        body += value
    return head + b"\xff" + body


def serve(client, context):
    with client:
        client.settimeout(10)
        try:
            receive(client)
            send(client, RESPONSE, prelogin())
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            tls = context.wrap_bio(incoming, outgoing, server_side=True)
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    send(client, PRELOGIN, outgoing.read())
                    incoming.write(receive(client))
            send(client, PRELOGIN, outgoing.read())
            # what follows is no longer in packets of its own; whoever asks for a certificate is satisfied
            client.recv(1)
        except (OSError, EOFError, ValueError) as error:
            print(repr(error), flush=True)


def main():
    port, chain, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    # TDS 7 ends with TLS 1.2; TLS 1.3 came with TDS 8, which begins with TLS
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_server(("127.0.0.1", int(port)), backlog=50) as listener:
        while True:
            client, _ = listener.accept()
            threading.Thread(target=serve, args=(client, context), daemon=True).start()


main()
