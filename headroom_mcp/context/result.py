"""What `compress` and `fit` give back: the messages, what they cost, and why each one became what it is."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Action = Literal["shortened", "masked", "kept"]
Reason = Literal[
    "shortened",
    "masked",
    "evicted",
    "not_a_result",
    "no_text",
    "small",
    "no_gain",
    "already",
    "own_tool",
    "orphan",
    "asked_again",
    "keep_tag",
    "part_of_a_file",
    "short_file",
    "tool_off",
    "switched_off",
    "refused",
    "failed",
    "unknown_shape",
    "not_a_list",
    "image_same",
    "image_changed",
    "image_border",
    "image_level",
    "image_photo",
    "image_glance",
    "image_few_tokens",
    "image_text",
    "image_no_gain",
    "image_coordinates",
    "image_unreadable",
    "image_needs_pillow",
    "image_unknown_model",
]

REASONS: dict[Reason, str] = {
    "shortened": "a shorter text stands there; the original is stored, its ref in the last line",
    "masked": "secrets in it are masked, nothing else changed",
    "evicted": "`fit` has taken it out to make room; its ref stands there",
    "not_a_result": "it holds no tool result; what the user, the model and the system say is never rewritten",
    "no_text": "the result holds no text (an image, a document, nothing at all)",
    "small": "below `min_tokens`, and nothing of it stands above",
    "no_gain": "nothing shorter was found that keeps the facts",
    "already": "it is an output of ours",
    "own_tool": "it is what our own tool or command gave back",
    "orphan": "no call before it has its id: whose output it is, nobody knows",
    "asked_again": "the same call was made again after a short answer, so it is shown whole",
    "keep_tag": "it holds <keep> … </keep>",
    "part_of_a_file": "the model asked for exactly this part of a file",
    "short_file": "a file that is cheaper whole than with a second look",
    "tool_off": "`tools_off` names the tool, or `keep` names the tool or the call",
    "switched_off": "`enabled = false`, or `headroom off`",
    "refused": "`deny` or a hook of the user's forbids it",
    "failed": "a fault of ours or of the store; `headroom doctor` tells of it",
    "unknown_shape": "not a message of a shape that is known",
    "not_a_list": "what was given is not a list of messages",
    "image_same": "an image whose pixels were shown before",
    "image_changed": "most of the image was shown before: what changed is shown, with its place",
    "image_border": "a border of one colour around the image is cut off",
    "image_level": "the request left the level of detail of the image open: it is named, which costs less",
    "image_photo": "a photograph, and no detail of it was asked for: it is shown smaller",
    "image_glance": "an image that a glance is enough for: it is shown smaller",
    "image_few_tokens": "an image that costs so little that nothing can be won",
    "image_text": "an image that may hold text, which a smaller one loses first",
    "image_no_gain": "nothing smaller holds all of the image",
    "image_coordinates": "a program acts on the image's coordinates",
    "image_unreadable": "not an image that can be read here",
    "image_needs_pillow": "the image's pixels can be looked at only with Pillow, the extra `image`",
    "image_unknown_model": "not known what an image costs this model",
}
"""Every reason that a decision can have, and what it means."""


class Decision(NamedTuple):
    """What became of one message, or of one text of a tool result in it. Tokens as `CompressResult.counted_by` says.

    `index`: of the message · `tool`: whose result it is, "" for what is none.
    """

    index: int  # type: ignore[assignment]  # the word of the field, not the method of tuples
    role: str
    tool: str
    before: int
    after: int
    action: Action
    reason: Reason


class CompressResult(NamedTuple):
    """What `compress` returns. `messages` are safe to send, whatever happened; unchanged ones are the very objects given."""

    messages: Any
    tokens_before: int
    tokens_after: int
    decisions: tuple[Decision, ...]
    counted_by: str = "estimate"

    @property
    def tokens_saved(self) -> int:
        """How many tokens fewer the messages hold."""
        return self.tokens_before - self.tokens_after

    @property
    def compression_ratio(self) -> float:
        """The share of the tokens that is saved, from 0 to 1."""
        return self.tokens_saved / self.tokens_before if self.tokens_before else 0.0
