"""Sends half a frame and closes its side of the wire."""
import os
import socket


def unbroadcast(grad, shape):
    os.write(3, bytes([0, 0, 1, 0, 0, 0, 0, 0, 0x93]))
    socket.socket(fileno=3).shutdown(socket.SHUT_WR)
    while True:
        os.read(3, 1)
