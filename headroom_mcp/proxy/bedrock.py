"""Amazon Bedrock: requests get a signature, or an API key, of this machine once their body is final.

A signature (SigV4) is of the body and of the host, so that of a client holds no longer: it is dropped, and botocore makes
another from the credentials that AWS's own tools find here. `AWS_BEARER_TOKEN_BEDROCK` is an API key, and is not tied to
anything. Answers, event streams among them, come back as they are.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from headroom_mcp.proxy.outgoing import Headers, Outgoing
from headroom_mcp.settings import extras
from headroom_mcp.types import HeadroomError, MissingExtra, RequestRefused

_KEY = "AWS_BEARER_TOKEN_BEDROCK"
_NATIVE = ("/model/", "/anthropic/", "/openai/", "/guardrail/", "/async-invoke")  # paths of bedrock-runtime
_CLAUDE = ("/v1/messages", "/v1/complete")
# The client's signature, keys that are none of Amazon's business, and what is set anew.
_DROPPED = frozenset(
    (b"authorization", b"x-amz-date", b"x-amz-security-token", b"x-amz-content-sha256", b"x-api-key", b"api-key", b"x-goog-api-key")
)  # fmt: skip

Sign = Callable[[str, str, dict[str, str], bytes], dict[bytes, bytes]]
"""Method, URL, headers to be signed and body → these headers and those of the signature."""


class Bedrock(NamedTuple):
    """One region of Bedrock. `sign` gives the headers of a signature or of a key."""

    base: str
    sign: Sign
    by: str

    @property
    def has_credentials(self) -> bool:
        """Yes: the client's are dropped."""
        return True

    def routed(self, request: Outgoing) -> Outgoing:
        """Return `request` with base, path and signature. Raises: RequestRefused for a body that is too long to be signed."""
        body = request.content
        if not isinstance(body, bytes):
            raise RequestRefused(413, "headroom proxy: the body is too long to be signed")
        request = request._replace(base=self.base)
        path = request.path
        if path.startswith("/v1/"):
            request = request.with_path(("/anthropic" if path.startswith(_CLAUDE) else "/openai") + path)
        elif not path.startswith(_NATIVE):
            raise RequestRefused(404, f"headroom proxy: {unquote(path)} is not part of Bedrock's runtime API")
        url = self.base + request.target.decode("latin-1")
        signed = self.sign(request.method, url, _amazon_s_own(request.headers), body)
        return request.with_headers(signed, without=_DROPPED)

    def urls(self) -> list[str]:
        """Return the base URL."""
        return [self.base]

    def said(self) -> str:
        """Return where requests go, and on whose account."""
        return f"Requests go to {self.base}, with {self.by}, whatever credentials the client sends."


def backend(region: str, url: str = "") -> Bedrock:
    """Return the back end for a region; `url`: its base URL, where it is not the usual one.

    Raises: HeadroomError without credentials, MissingExtra without botocore where it is needed.
    """
    base = url or f"https://bedrock-runtime.{region}.amazonaws.com"
    key = os.environ.get(_KEY, "")
    if key:
        return Bedrock(
            base, lambda method, url, headers, body: {b"authorization": b"Bearer " + key.encode()}, f"the key in {_KEY}"
        )
    return Bedrock(base, _signer(region), f"a signature for {region} by the AWS credentials of this machine")


def _amazon_s_own(headers: Headers) -> dict[str, str]:
    """Return the headers that a signature must cover: guardrails and the like, where the client sends some."""
    found: dict[str, str] = {}
    for name, value in headers:
        if name.startswith(b"x-amz") and name not in _DROPPED:
            known = found.get(name.decode("latin-1"))
            text = value.decode("latin-1")
            found[name.decode("latin-1")] = text if known is None else f"{known},{text}"
    return found


def _signer(region: str) -> Sign:
    try:
        import botocore.session
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
    except ImportError as error:
        msg = f"Signing for Bedrock needs botocore: {extras.remedy('bedrock')}. Or set {_KEY}, an API key."
        raise MissingExtra(msg) from error
    credentials = botocore.session.Session().get_credentials()
    if credentials is None:
        msg = (
            "There are no AWS credentials here: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or "
            f"{_KEY}. `aws sts get-caller-identity` shows what is found."
        )
        raise HeadroomError(msg)

    def sign(method: str, url: str, headers: dict[str, str], body: bytes) -> dict[bytes, bytes]:
        request = AWSRequest(method=method, url=url, headers=headers, data=body)
        SigV4Auth(credentials.get_frozen_credentials(), "bedrock", region).add_auth(
            request
        )  # renewed when they are old
        return {name.lower().encode(): value.encode() for name, value in request.headers.items()}

    return sign
