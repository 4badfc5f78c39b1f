"""AWS's signature, version 4, worked out from its description: what the service does with a request that comes in.

Nothing of botocore: a mistake of its and ours together must not go unseen.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qsl, quote

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def verified(method: str, target: str, headers: dict[str, str], body: bytes, secret: str = SECRET) -> str:
    """Return the region and service that a request is signed for, such as "us-east-1/bedrock".

    `headers` have lower-case names. Raises: AssertionError for a signature that is not right.
    """
    scheme, _, rest = headers["authorization"].partition(" ")
    assert scheme == "AWS4-HMAC-SHA256"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    _, date, region, service, end = parts["Credential"].split("/")
    assert end == "aws4_request"
    names = parts["SignedHeaders"].split(";")
    assert {"host", "x-amz-date"} <= set(names)
    path, _, query = target.partition("?")
    pairs = sorted((quote(key, safe="-_.~"), quote(value, safe="-_.~")) for key, value in parse_qsl(query, True))
    canonical = "\n".join(
        [
            method,
            quote(path, safe="/-_.~"),  # encoded once more than it is sent, as for every service but S3
            "&".join(f"{key}={value}" for key, value in pairs),
            *(f"{name}:{' '.join(headers[name].split())}" for name in names),
            "",
            ";".join(names),
            hashlib.sha256(body).hexdigest(),
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = "\n".join([scheme, headers["x-amz-date"], f"{date}/{region}/{service}/{end}", digest])
    key = b"AWS4" + secret.encode()
    for part in (date, region, service, end):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    assert hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest() == parts["Signature"]
    return f"{region}/{service}"
