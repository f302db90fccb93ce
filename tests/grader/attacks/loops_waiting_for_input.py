"""Waits for input that nobody types, at the prompt and at whatever terminal there is."""


def unbroadcast(grad, shape):
    try:
        return input("Your password, please: ")
    except EOFError:
        return open("/dev/tty").readline()
