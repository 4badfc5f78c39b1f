"""Whether a line of source defines a name: `def x`, `class x`, `fn x`, `type x struct`, `int x(void) {`, `const x = …`.

A guess by the line alone, over many languages; used to rank hits, never to leave facts out.
"""

from __future__ import annotations

from headroom_mcp import late

_KEYWORDS = (
    r"(?:def|class|func|function|fn|fun|sub|proc|method|struct|enum|union|trait|interface|protocol|extension|module|namespace|"
    r"package|type|typedef|record|object|macro_rules!|macro|defmodule|defp?|defn-?|defmacro|defclass|constructor|mod|impl|"
    r"CREATE (?:OR REPLACE )?(?:TABLE|VIEW|FUNCTION|PROCEDURE|INDEX)|create (?:table|view|function|procedure|index))"
)
# pub async fn x | export default function* x | public static void … | func (r *T) x
_KEYWORD = late.pattern(
    rf"^\s*(?:[\w@.()<>\[\]:,&*'\"]+\s+){{0,6}}?{_KEYWORDS}\b\*?\s*(?:\([^)]*\)\s*)?(?:self\.)?([\w$.:?!]+)"
)
# const x = | export let x: | static final int X = | x = …  at the left edge
_BINDING = late.pattern(
    r"^(?:\s*(?:export\s+|pub(?:\([^)]*\))?\s+|static\s+|final\s+|readonly\s+|public\s+|private\s+|protected\s+|internal\s+|declare\s+)*"
    r"(?:const|let|var|val|static|final|constexpr)\b(?:\s+[\w<>\[\].:&*]+)*?\s+([\w$]+)\s*[:=]|([A-Za-z_$][\w$.]*)\s*(?::[^=(){}]*)?=(?!=))"
)
# #define x
_DEFINE = late.pattern(r"^\s*#\s*define\s+(\w+)")
# static inline int x(args) {   void T::x(args) const   |  not "return x(" and no ";" at the end
_C_LIKE = late.pattern(
    r"^(?!\s*(?:return|else|if|for|while|switch|case|new|delete|throw|await|yield|assert|print|echo|goto|do|not|and|or|in)\b)"
    r"[A-Za-z_][\w\s*&:<>,\[\]~]*?[\s*&~:]([A-Za-z_]\w*)\s*\((?!.*;\s*(?://.*|/\*.*)?$)[^=]*$"
)
#     public final void x(T y) {   in a class body: a type, at least, before the name
_MEMBER = late.pattern(
    r"^\s+(?!(?:return|else|if|for|while|switch|case|new|throw|await|yield|assert|do|catch|try|using|lock|foreach)\b)"
    r"(?:[\w<>\[\],.?&*@]+\s+){1,8}([A-Za-z_]\w*)\s*\([^;]*\{\s*$"
)
# x(args) {   in a class body;   x: function   |  x() {   in a shell script
_METHOD = late.pattern(
    r"^\s*(?!(?:if|for|while|switch|catch|return|function|with|using|lock|foreach|elseif|match)\b)"
    r"(?:(?:async|static|get|set|public|private|protected|override|abstract|readonly)\s+)*\*?#?([\w$]+)\s*"
    r"(?:\([^()]*(?:\([^()]*\)[^()]*)*\)\s*(?::\s*(?=[^\s={])[^={]+)?\{\s*$|:\s*(?:async\s+)?(?:function\b|\([^)]*\)\s*=>))"
)


def defined_name(line: str) -> str:
    """Return the name that `line` seems to define, "" where it seems to define none."""
    place = place_of_name(line)
    return "" if place is None else line[place]


def place_of_name(line: str) -> slice | None:
    """Return where in `line` the name stands that it seems to define, None where it seems to define none; which digits it has
    does not matter."""
    text = line[:400]
    stripped = text.lstrip()
    if not stripped or stripped[0] in "/*-<>|\"'`+=%":
        return None
    end = stripped.rstrip()[-1]
    for pattern, possible in (
        (_DEFINE, stripped[0] == "#"),
        (_KEYWORD, stripped[0] != "#"),
        (_C_LIKE, "(" in stripped),
        (_MEMBER, end == "{" and "(" in stripped),
        (_METHOD, end in "{>" or "function" in stripped),
        (_BINDING, "=" in stripped or ":" in stripped),
    ):
        match = pattern.match(text) if possible else None
        if match:
            group = next((number for number, group in enumerate(match.groups(), 1) if group), 0)
            return slice(*match.span(group)) if group else None
    return None
