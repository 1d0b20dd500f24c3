"""Serves moto on a port, and its STS and EC2 also where a zCompute cloud has them: PORT."""

import sys

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

moto = DomainDispatcherApplication(create_backend_app)


def serve(environ, start_response):
    for service in ("sts", "ec2"):
        prefix = "/api/v2/aws/" + service
        if environ["PATH_INFO"].startswith(prefix + "/"):
            environ["SCRIPT_NAME"] = prefix
            environ["PATH_INFO"] = environ["PATH_INFO"][len(prefix) :]
    return moto(environ, start_response)


run_simple("127.0.0.1", int(sys.argv[1]), serve, threaded=True)
