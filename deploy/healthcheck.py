"""`python deploy/healthcheck.py database worker`: 0 if /healthz says that each of these works, 1 otherwise.

For container health checks, with the standard library only. HEALTH_URL names another container's address.
"""

import json
import os
import sys
import urllib.error
import urllib.request


def states() -> dict[str, str]:
    """What /healthz answers, whether it calls that healthy or not."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]
    request = urllib.request.Request(  # noqa: S310 - the address is ours
        os.environ.get("HEALTH_URL", "http://localhost:8000/healthz"), headers={"Host": host}
    )
    try:
        with urllib.request.urlopen(request, timeout=8) as answer:  # noqa: S310 - the address is ours
            body = answer.read()
    except urllib.error.HTTPError as error:
        body = error.read()
    return dict(json.loads(body))


if __name__ == "__main__":
    try:
        seen = states()
    except (OSError, ValueError) as error:
        sys.exit(f"no answer: {error}")
    if any(seen.get(name) != "ok" for name in sys.argv[1:]):
        sys.exit(str(seen))
