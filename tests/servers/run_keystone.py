"""What gunicorn serves. Keystone reads the arguments of whoever starts it, and gunicorn's are not for it."""

import sys

sys.argv = ["keystone"]

from keystone.wsgi.api import application  # noqa: E402, F401
