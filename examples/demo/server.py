"""Receives one file from another function instance. Plain sockets, no library.

Start it with an instance ID, and its peers find it by that name:
    pikachu action invoke server -p instanceID myname0
"""
import hashlib
import os
import socket
import time

PORT = 65432


def main(args):
    started = time.time()
    with socket.socket() as listener:
        listener.settimeout(60)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((os.environ["__OW_INSTANCE_ADDRESS"], PORT))
        listener.listen()
        listening = time.time()
        peer, _ = listener.accept()
    connected = time.time()

    digest = hashlib.sha256()
    size = 0
    buffer = memoryview(bytearray(1 << 20))
    with peer:
        peer.settimeout(60)
        while count := peer.recv_into(buffer):
            digest.update(buffer[:count])
            size += count
    received = time.time()

    return {
        "sha256": digest.hexdigest(),
        "bytes": size,
        "seconds": received - connected,
        "started": started,
        "listening": listening,
        "connected": connected,
        "received": received,
    }
