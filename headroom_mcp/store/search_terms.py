"""Which words a note is found by, and which words of a question look for it: the same for every store.

A full-text index folds case and accents, stems English and splits at punctuation, so `snake_case` and paths fall into
their words. Added here: the words inside `camelCase`, and pairs of characters for scripts without spaces between words.
"""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.query import bm25

# getUserId, HTTPServer: a joint inside a word
_CAMEL_JOINT = late.pattern(r"[a-z0-9](?=[A-Z])|[A-Z](?=[A-Z][a-z])")
_CAMEL_WORD = late.pattern(r"\b(?=\w*[a-z0-9][A-Z]|\w*[A-Z]{2}[a-z])\w+")
# Thai, kana, Han and Hangul: words are not separated, or carry endings
_UNSPACED = late.pattern("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]{2,}")

# Words that say nothing about what is asked for: a question is mostly made of them.
_STOP = frozenset(
    (
        "a about all am an and any are as at be been being by can could did do does doing done during each for from get "
        "give had has have having he her hers him his how i if in into is it its just let like list many may me might my "
        "of on or our please s she should show so some t tell than that the their them then there these they this those "
        "to us was we were what when where which who whom whose why will with would you your"
    ).split()
)
_MAX_TERMS = 32  # a pasted page is not a question; its first words are
_MAX_QUERY_CHARS = 4_000


def indexed(text: str) -> str:
    """Return what is indexed for `text`: the text and the words that a tokenizer would not see."""
    extra = [_CAMEL_JOINT.sub(lambda joint: joint.group() + " ", word) for word in _CAMEL_WORD.findall(text)]
    extra.extend(pair for run in _UNSPACED.findall(text) for pair in _pairs(run))
    return f"{text}\n{' '.join(dict.fromkeys(extra))}" if extra else text


def asked(query: str) -> list[str]:
    """Return the terms of `query` that can tell notes apart, each once, in order; empty where it has no word at all."""
    found: list[str] = []
    for term in bm25.terms(clean(query[:_MAX_QUERY_CHARS])):
        if _UNSPACED.search(term):
            for run in _UNSPACED.findall(term):
                found.extend(_pairs(run))
        else:
            found.append(term)
    unique = list(dict.fromkeys(found))
    telling = [term for term in unique if term not in _STOP and (len(term) > 1 or not term.isascii() or term.isdigit())]
    return (telling or unique)[:_MAX_TERMS]


def clean(text: str) -> str:
    """Return `text` as a database can hold it: without lone surrogates and NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]
