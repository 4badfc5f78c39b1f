"""Stack frames: which lines are one, and whose code it is.

A library's frames say little to a reader of the project; the first frames that are not a library's say where to look.
"""

from __future__ import annotations

from headroom_mcp import late

# \tat a.b.C.m(C.java:12) · at f (/p/a.js:1:2) · File "a.py", line 3, in f · #0 0x4f in f a.c:3 · a.rb:3:in `f' · a.go:12 +0x1d
FRAME = late.pattern(
    r"^[\s|=]*(?=[^\s|=])(?:at (?:async )?\S|by 0x[0-9A-Fa-f]+: |File \"[^\"]+\", line \d+|#\d+ +(?:0x)?[0-9a-zA-Z/]|\[C\]: in|\[string \"|from \S+:\d+:in |\d+: +(?:0x[0-9a-f]+ - )?\S+::\S|"
    r"\.\.\. \d+ (?:more|common frames)|\S+\.(?:go|rs|c|cc|cpp|h|lua|ex|exs|erl|rb|php|py|pl|dart|swift|kt):\d+(?::\d+)?(?::in\b| \+0x|: in |\s*$))"
)
_LIBRARY = late.pattern(
    r"\bat (?:java\.|javax\.|jdk\.|sun\.|com\.sun\.|kotlin\.|kotlinx\.|scala\.|groovy\.|org\.(?:junit|testng|hamcrest|mockito|assertj|apache\.(?:maven|tools|catalina|"
    r"coyote|tomcat|felix)|gradle|codehaus|springframework|hibernate|eclipse|jboss|scalatest|scalatools|spockframework|opentest\dj)\.|junit\.|io\.(?:netty|undertow)\.|"
    r"System\.|Microsoft\.|Xunit\.|NUnit\.|MS\.)"
    r"|node_modules[/\\]|\(?node:|internal/|\((?:vm|module|timers|events|net|fs|stream|_stream_\w+|domain|bootstrap_node|child_process)\.js"
    r"|site-packages|dist-packages|[/\\]lib[/\\]python\d|<frozen |/usr/lib/|/rustc/|[/\\]\.cargo[/\\]|\bstd::|\bcore::|\balloc::|/usr/local/go/|runtime/|"
    r"[/\\]gems[/\\]|/vendor/|/deps/|/libexec/|Native Method\)|\bat (?:new )?(?:Promise|process|Module|Object|Function)\b.{0,120}?(?:<anonymous>|internal)|__libc_start|\bin __interceptor_"
)


def is_frame(line: str) -> bool:
    """Tell whether `line` is a stack frame of some language."""
    return FRAME.match(line[:400]) is not None


def is_library(line: str) -> bool:
    """Tell whether a frame is a library's, a framework's or the language's own."""
    return _LIBRARY.search(line[:400]) is not None
