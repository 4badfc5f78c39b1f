"""`compress`: every tool result of a conversation through the same flow as in hooks, and nothing else touched.

The prefix law: for every k, `compress(messages[:k]).messages == compress(messages).messages[:k]`. One walk from the first
message to the last, and what a text becomes depends on the walk so far: the call it answers, what the user had said by then,
what stands above it. Providers bill a changed prefix anew, and models with signed thinking reject it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from headroom_mcp.context import checkpoint, shapes, way_back
from headroom_mcp.context.counting import Counter
from headroom_mcp.context.result import CompressResult, Decision, Reason
from headroom_mcp.context.walk import Shortener
from headroom_mcp.images import pixels
from headroom_mcp.settings import fault_log, switches
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings

if TYPE_CHECKING:
    from headroom_mcp.context.pictures import Pictures
    from headroom_mcp.store import Store


def compress(
    messages: Any,
    model: str = "",
    *,
    tools: Any = None,
    system: Any = None,
    query: str | None = None,
    settings: Settings | None = None,
    session: str = "",
    store: Store | None = None,
    project: str = "",
    keep: Collection[str] = (),
    exact: bool = False,
    echo: bool = False,
    attachments_from: int = 0,
    images: bool = False,
) -> CompressResult:
    """Return `messages` with the texts of tool results made small, each original stored first.

    Takes Anthropic and Bedrock Converse messages, OpenAI chat messages, items of the Responses API and Gemini contents, as
    dicts or objects, mixed as they come. Messages in which nothing changes are the very objects given; the list is a new one.

    `tools` and `system` are counted, never changed; where `tools` lack `headroom_retrieve`, footers name the command · `query` is used for every result, by default what the user had said
    before it · `session` and `project` are what originals are filed under · `keep` names tools (`mcp__db__*`) or calls whose
    results stay · `exact` counts by a real tokenizer where there is one (see `counting`) · `echo` repeats the question behind long results (see
    `query_echo`) · `attachments_from`: what users paste between code fences or attach as a text document is made small, too,
    from so many tokens on; 0: never · `images` looks at the images in tool results, too (needs the extra `image`): of one that was
    shown before the changes, without its border, or a photograph smaller (see `images.choose`). Raises MissingExtra for `images` without Pillow, and nothing else: on any doubt the input comes back, with a decision that says why.
    """
    if images:
        pixels.pillow()  # who asks for it is told at once
    if not isinstance(messages, (list, tuple)):
        return CompressResult(messages, 0, 0, (Decision(-1, "", "", 0, 0, "kept", "not_a_list"),))
    try:
        settings = settings or load_settings()
        off = switches.is_off(settings, session)
        counter = Counter(model if isinstance(model, str) else "", exact=exact)
    except Exception as error:  # law 8: settings that cannot be read, a bug
        fault_log.record("compress", error, settings)
        return _untouched(messages, "failed", Counter())
    if off:
        return _untouched(messages, "switched_off", counter)

    def shortener() -> Shortener:
        return Shortener(
            settings,
            query=query,
            session=session,
            project=project,
            keep=keep,
            store=store,
            counter=counter,
            echo=echo,
            way_back=way_back.of(tools),
            attachments_from=attachments_from,
            pictures=_pictures(model, tools, settings.images == "same")
            if images and settings.images != "none"
            else None,
        )

    try:
        outcome = checkpoint.walked(messages, shortener, store)
        return _result(outcome, counter, _counted(tools, counter) + _counted(system, counter))
    except Exception as error:  # law 8
        fault_log.record("compress", error, settings)
        return _untouched(messages, "failed", counter)


async def acompress(messages: Any, model: str = "", **named: Any) -> CompressResult:
    """Return what `compress` returns, worked out in a thread: it takes some milliseconds for every new result."""
    import asyncio

    return await asyncio.to_thread(compress, messages, model, **named)


def _pictures(model: str, tools: Any, same_only: bool) -> Pictures:
    from headroom_mcp.context import pictures

    points = pictures.offer_coordinates(tools)
    return pictures.Pictures(model or "claude", same_only=same_only, points=points, way_back=way_back.of(tools))


def _result(outcome: checkpoint.Outcome, counter: Counter, beside: int) -> CompressResult:
    """Return the result of a walk; `beside`: tokens that the request holds beside the messages."""
    decisions: list[Decision] = []
    saved = 0
    for total, made in zip(outcome.tokens, outcome.decisions, strict=True):
        if len(made) == 1 and made[0].reason in ("not_a_result", "unknown_shape"):
            decisions.append(made[0]._replace(before=total, after=total))
            continue
        decisions.extend(made)
        saved += sum(decision.before - decision.after for decision in made)
    # What texts cost was counted by message; images are looked at where that is asked for.
    pictures = sum(row.before for made in outcome.decisions for row in made if row.reason.startswith("image_"))
    before = beside + sum(outcome.tokens) + pictures
    return CompressResult(outcome.out, before, before - saved, tuple(decisions), counter.method)


def _untouched(messages: Sequence[Any], why: Reason, counter: Counter) -> CompressResult:
    total = _counted(messages, counter)
    decision = Decision(-1, "", "", total, total, "kept", why)
    return CompressResult(list(messages), total, total, (decision,), counter.method)


def _counted(value: Any, counter: Counter) -> int:
    """Return the tokens of the texts in `value`; of what cannot be read, nothing is counted."""
    try:
        return sum(counter.count(text) for text in shapes.texts_of(value)) if value is not None else 0
    except Exception:  # the attribute of somebody's object: a figure is not worth an error
        return 0
