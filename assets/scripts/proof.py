import sys

import cryptography
from cryptography.fernet import Fernet
from cryptography.hazmat.backends.openssl.backend import backend

box = Fernet(Fernet.generate_key())
works = box.decrypt(box.encrypt(b"it works")) == b"it works"
print("cryptography", cryptography.__version__, "with", backend.openssl_version_text())
sys.exit(0 if works and sys.argv[1:] in ([], [cryptography.__version__]) else 4)
