"""A model that answers from a text: any OpenAI-compatible URL, or a local GGUF file through the optional `xllamacpp`.

answer        what it says, at temperature 0
nats          how surprised it is by the right answer, per token: -mean log-probability, where the server can force an
              answer by a grammar (llama.cpp's can); the finer signal, for it moves before an answer turns wrong
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any, NamedTuple

_TIMEOUT_S = 600.0
_SYSTEM = "You answer questions from the given text. Reply with the value alone, copied from the text."


class ReaderError(Exception):
    """A model could not be asked; says what happened and what to do."""


class Reply(NamedTuple):
    """What a model said, the tool calls in it (as the API gives them) and the tokens billed, where the server tells them."""

    text: str
    tool_calls: list[dict[str, Any]]
    input_tokens: int
    output_tokens: int


class Reader:
    """A model behind `base_url` (such as http://127.0.0.1:8080/v1). `key` is sent as a bearer token where there is one."""

    def __init__(self, base_url: str, model: str, key: str = "", timeout_s: float = _TIMEOUT_S) -> None:
        self.base_url = base_url.rstrip("/")
        self.model = model
        self._key = key
        self._timeout_s = timeout_s

    def ask(self, text: str, question: str, max_tokens: int = 32) -> str:
        """Return the model's answer to `question` about `text`. Raises: ReaderError."""
        return self.chat(messages(text, question), max_tokens).text

    def chat(self, said: Sequence[dict[str, Any]], max_tokens: int, tools: Sequence[dict[str, Any]] = ()) -> Reply:
        """Return the model's next message. Raises: ReaderError."""
        body: dict[str, Any] = {
            "model": self.model, "messages": list(said), "max_tokens": max_tokens, "temperature": 0, "seed": 1,
        }  # fmt: skip
        if tools:
            body["tools"] = list(tools)
        found = self._post("/chat/completions", body)
        try:
            message, usage = found["choices"][0]["message"], found.get("usage") or {}
            return Reply(
                message.get("content") or "", message.get("tool_calls") or [],
                int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0),
            )  # fmt: skip
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            msg = f"{self.base_url} answered something that is not a chat completion: {str(found)[:200]}"
            raise ReaderError(msg) from error

    def nats(self, text: str, question: str, gold: str) -> float | None:
        """Return the nats per token that `gold` costs as the answer; None where the server cannot force an answer."""
        try:
            found = self._post("/chat/completions", {
                "model": self.model, "messages": messages(text, question), "max_tokens": 48, "temperature": 0,
                "grammar": "root ::= " + json.dumps(gold), "logprobs": True,
            })  # fmt: skip
            steps = found["choices"][0]["logprobs"]["content"]
            said = [(step["token"], float(step["logprob"])) for step in steps if step["token"]]
        except (ReaderError, KeyError, IndexError, TypeError, ValueError):
            return None
        # What ends the answer is no part of it; a server that ignores the grammar says something else.
        while said and "".join(token for token, _ in said) != gold:
            said.pop()
        return -sum(logprob for _, logprob in said) / len(said) if said else None

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = urllib.request.Request(self.base_url + path, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            said = error.read(300).decode("utf-8", "replace")
            msg = f"{self.base_url}{path} answered {error.code}: {said}. Is the model's name right, and the key?"
            raise ReaderError(msg) from error
        except (OSError, ValueError) as error:
            msg = f"{self.base_url}{path} cannot be asked: {error}. Is the server running?"
            raise ReaderError(msg) from error


def messages(text: str, question: str) -> list[dict[str, Any]]:
    """Return the conversation that asks `question` about `text`. The text stands first: a server that keeps what it has
    read need not read it again for the next question."""
    return [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": f"{text}\n\nQuestion: {question}"}]


def local(model_file: str, threads: int = 1, context_tokens: int = 8_192) -> tuple[Reader, object]:
    """Start a server in this process for a GGUF file; return a reader of it, and the server, which runs while it is held.

    Raises: ReaderError where `xllamacpp` is not installed or the file cannot be loaded.
    """
    try:
        import xllamacpp
    except ImportError as error:
        msg = (
            "A model file is read by xllamacpp: pip install xllamacpp. Or give --base-url of a server that is running."
        )
        raise ReaderError(msg) from error
    chosen = xllamacpp.CommonParams()
    chosen.model.path = model_file
    chosen.n_ctx = context_tokens
    chosen.n_parallel = 1
    chosen.warmup = False
    chosen.verbosity = 0
    chosen.cpuparams.n_threads = chosen.cpuparams_batch.n_threads = threads
    try:
        server = xllamacpp.Server(chosen)
        return Reader(f"{server.listening_address}/v1", model_file.rsplit("/", 1)[-1]), server
    except (RuntimeError, OSError, ValueError) as error:
        msg = f"{model_file} cannot be loaded: {error}"
        raise ReaderError(msg) from error
