"""Pages made up from a seed, as the snapshots that browser tools print of them, with what an agent may want there."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

_FIRST = "Ana Ben Cem Dora Emil Farida Goran Hana Igor Jana Kofi Lena Mira Nadia Omar Petra Quentin Rosa".split()
_LAST = "Novak Rossi Xu Garcia Weber Costa Moreau Varga Petrov Eriksen Okafor Ueda Kowalski Albrecht".split()
_THINGS = "lamp kettle chair rope drill notebook backpack mug jacket charger bottle tent headphones stand".split()
_SECTIONS = "Home Orders Users Products Reports Billing Audit Settings Help Team Inbox Search History Exports".split()


class El(NamedTuple):
    """An element: role, name, what stands beside it, its url, states and children."""

    role: str
    name: str = ""
    text: str = ""
    url: str = ""
    states: tuple[str, ...] = ()
    inner: tuple[El, ...] = ()


class Wanted(NamedTuple):
    """What an agent may do next: a question, the name of the element and words of its record."""

    question: str
    name: str
    beside: str


class Page(NamedTuple):
    """A page and some things to do there."""

    top: El
    wanted: list[Wanted]


def _link(name: str, url: str = "") -> El:
    return El("link", name, url=url or f"/{name.lower().replace(' ', '-')}.html", states=("cursor=pointer",))


def _nav(rng: Random) -> El:
    items = tuple(El("listitem", inner=(_link(name),)) for name in rng.sample(_SECTIONS, rng.randrange(6, 13)))
    return El(
        "banner",
        inner=(
            El("navigation", "Main", inner=(El("list", inner=items),)),
            El("searchbox", "Search"),
            El("button", "Search"),
        ),
    )


def _person(rng: Random, number: int) -> tuple[str, str]:
    name = f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
    return name, f"{name.lower().replace(' ', '.')}{number}@corp.example"


def users(rng: Random) -> Page:
    rows, wanted = [], []
    for number in range(rng.randrange(60, 110)):
        name, mail = _person(rng, number)
        state = rng.choice(["Active"] * 9 + ["Locked"])
        cells = (
            El("cell", inner=(El("checkbox", f"Select {name}"),)),
            El("cell", name, inner=(_link(name, f"/users/{number}.html"),)),
            El("cell", mail),
            El("cell", state),
            El("cell", inner=(El("button", "Edit"), El("button", "Reset password"), El("button", "Delete"))),
        )
        rows.append(El("row", f"{name} {mail} {state}", inner=cells))
        wanted.append(Wanted(f"Reset the password of {mail}", "Reset password", mail))
    heads = El("row", inner=tuple(El("columnheader", head) for head in ("Name", "E-mail", "Status", "Actions")))
    table = El("table", inner=(El("rowgroup", inner=(heads,)), El("rowgroup", inner=tuple(rows))))
    return Page(
        El("generic", inner=(_nav(rng), El("main", inner=(El("heading", "Users"), table)))), rng.sample(wanted, 4)
    )


def form(rng: Random) -> Page:
    groups, wanted = [], []
    for area in ("Billing", "Shipping", "Company", "Contact", "Notifications", "Security"):
        fields = []
        for number in range(rng.randrange(4, 9)):
            label = f"{area} {rng.choice(('name', 'street', 'limit', 'mode', 'code', 'zone'))} {number}"
            role = rng.choice(("textbox", "textbox", "checkbox", "combobox", "switch", "radio"))
            options = tuple(El("option", f"choice {i}", states=("selected",) if i == 1 else ()) for i in range(9))
            field = El(
                role, label, inner=options if role == "combobox" else (), text="acme" if role == "textbox" else ""
            )
            fields.append(El("generic", inner=(El("text", text=label), field)))
            hint = f"Changes how {label} behaves for every member of this workspace and of those that it shares with others."
            fields.append(El("paragraph", inner=(El("text", text=hint), _link("Learn more", f"/help/{number}.html"))))
            wanted.append(Wanted(f'Change the setting "{label}"', label, label))
        fields.append(El("button", f"Save {area}"))
        wanted.append(Wanted(f"Save the section {area}", f"Save {area}", area))
        groups.append(El("group", area, inner=tuple(fields)))
    alert = El("alert", text="Your card was declined (code 51). Please use another one.")
    return Page(
        El("generic", inner=(_nav(rng), El("main", inner=(El("heading", "Settings"), alert, *groups)))),
        rng.sample(wanted, 4),
    )


def results(rng: Random) -> Page:
    items, wanted = [], []
    for number in range(rng.randrange(25, 60)):
        name = f"{rng.choice(('Solar', 'Compact', 'Merino', 'Bamboo'))} {rng.choice(_THINGS)} {number}"
        price = f"{rng.randrange(900, 20000) / 100:.2f} EUR"
        picture = _link("", f"/p/{number}.html")._replace(inner=(El("img", name),))
        said = El(
            "paragraph",
            text=f"A {name.lower()} for people who travel and want something that lasts, in {number + 2} colours.",
        )
        stock = El("generic", text=rng.choice(["In stock"] * 8 + ["Sold out"]))
        buttons = (El("button", "Add to cart"), El("button", f"Add {name} to wishlist"))
        items.append(
            El(
                "article",
                inner=(picture, _link(name, f"/p/{number}.html"), El("generic", text=price), said, stock, *buttons),
            )
        )
        wanted.append(Wanted(f'Add "{name}" to the cart', "Add to cart", name))
    pages = El("navigation", "Pages", inner=tuple(_link(str(i)) for i in range(1, 8)))
    banner = El(
        "dialog",
        "Cookies",
        inner=(El("text", text="We use cookies."), El("button", "Accept all"), El("button", "Reject")),
    )
    wanted.append(Wanted("Reject the cookies", "Reject", "Cookies"))
    return Page(
        El("generic", inner=(_nav(rng), banner, El("main", inner=(*items, pages)))),
        [*rng.sample(wanted[:-1], 3), wanted[-1]],
    )


def article(rng: Random) -> Page:
    blocks, wanted = [El("heading", "History of the harbour")], []
    for number in range(rng.randrange(30, 60)):
        name = f"{rng.choice(_LAST)} {rng.choice(('act', 'quay', 'survey', 'bridge', 'line'))} {number}"
        words = " ".join(rng.choice(_THINGS) for _ in range(40))
        link = _link(name, f"/wiki/{number}")
        note = El("superscript", inner=(_link(f"[{number}]", f"#cite-{number}"),))
        blocks.append(
            El(
                "paragraph",
                inner=(
                    El("text", text=f"After the {words} came the"),
                    link,
                    note,
                    El("text", text=f"and the {words}."),
                ),
            )
        )
        if number % 6 == 0:
            blocks.append(El("heading", f"Part {number}", inner=(_link("edit", f"/edit/{number}"),)))
        wanted.append(Wanted(f'Follow the link "{name}"', name, name))
    frame = El("iframe", inner=(El("generic", inner=(El("textbox", "Your e-mail"), El("button", "Subscribe"))),))
    wanted.append(Wanted("Subscribe to the newsletter", "Subscribe", ""))
    return Page(
        El("generic", inner=(_nav(rng), El("main", inner=(*blocks, frame)))), [*rng.sample(wanted[:-1], 3), wanted[-1]]
    )


MAKERS: dict[str, Callable[[Random], Page]] = {"users": users, "form": form, "results": results, "article": article}


class Snapshot(NamedTuple):
    """A page as a tool prints it. `refs`: the names and refs of what an agent can act on, with the words beside them."""

    text: str
    refs: list[tuple[str, str, str]]
    wanted: list[Wanted]


_RECORDS = frozenset(("row", "article", "paragraph", "dialog"))
_ACTS = frozenset("link button textbox searchbox combobox checkbox radio switch".split())


def _said(element: El) -> str:
    return " ".join([element.name, element.text, *map(_said, element.inner)])


def as_playwright(page: Page) -> Snapshot:
    """Print a page as `- role "name" [ref=e1]:` in YAML."""
    lines = ["### Page", "- Page URL: http://127.0.0.1/x.html", "- Page Title: X", "### Snapshot", "```yaml"]
    refs: list[tuple[str, str, str]] = []

    def add(element: El, depth: int, record: str) -> None:
        pad = "  " * depth
        if element.role == "text":
            lines.append(f"{pad}- text: {element.text}")
            return
        record = _said(element) if element.role in _RECORDS else record
        ref = "" if element.role == "option" else f"e{len(lines)}"
        named = f' "{element.name}"' if element.name else ""
        states = "".join(f" [{state}]" for state in element.states)
        if element.role in _ACTS:
            refs.append((element.name or _said(element).strip(), ref, record))
        ends = ":" if element.inner or element.url else ""
        beside = f": {element.text}" if element.text else ends
        lines.append(f"{pad}- {element.role}{named}{f' [ref={ref}]' if ref else ''}{states}{beside}")
        if element.url:
            lines.append(f"{pad}  - /url: {element.url}")
        for child in element.inner:
            add(child, depth + 1, record)

    add(page.top, 0, "")
    return Snapshot("\n".join([*lines, "```"]), refs, page.wanted)


def as_devtools(page: Page) -> Snapshot:
    """Print a page as `uid=1_1 role "name"`, texts as StaticText below it."""
    lines = ["# take_snapshot response", "## Page content"]
    refs: list[tuple[str, str, str]] = []

    def add(element: El, depth: int, record: str) -> None:
        uid = f"1_{len(lines)}"
        role = "StaticText" if element.role == "text" else element.role
        record = _said(element) if element.role in _RECORDS else record
        name = element.name or (element.text if role == "StaticText" else "")
        url = f' url="http://127.0.0.1{element.url}"' if element.url else ""
        states = "".join(f" {state}" for state in element.states if "=" not in state)
        if element.role in _ACTS:
            refs.append((element.name or _said(element).strip(), uid, record))
        value = f' value="{element.text}"' if element.text and element.role in _ACTS else ""
        lines.append("  " * depth + f"uid={uid} {role}" + (f' "{name}"' if name else "") + url + states + value)
        below = element.name if element.role == "link" else element.text if role != "StaticText" and not value else ""
        if below:
            lines.append("  " * (depth + 1) + f'uid=1_{len(lines)} StaticText "{below}"')
        for child in element.inner:
            add(child, depth + 1, record)

    add(page.top, 0, "")
    return Snapshot("\n".join(lines), refs, page.wanted)


FORMS: dict[str, Callable[[Page], Snapshot]] = {"playwright": as_playwright, "devtools": as_devtools}
