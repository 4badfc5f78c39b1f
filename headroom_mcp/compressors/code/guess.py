"""The language of a source text that nobody named: by lines that few other texts have."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.late import re

_MIN_HITS = 4
_MIN_SHARE = 0.03  # of the lines: long docstrings say nothing of the language

# In this order where two find as many: a "class C {" speaks for several.
_SIGNS = {
    # def f(x):    class C(B):    from x import y    async def f(
    "python": r"^\s*(?:import [\w.]+(?: as \w+)?$|(?:async )?def \w+\(.*|class \w+(?:\(.*\))?:$|from [\w.]+ import \S|@\w[\w.]*(?:\(.*\))?$|elif .*:$)",
    # func (s *S) F(    package p    x := y    if err != nil {
    "go": r"^\s*(?:func (?:\(\w+ \*?\w+\) )?\w+\(|package \w+$|[\w, ]+ := |if err != nil \{$|type \w+ (?:struct|interface) \{$)",
    # pub fn f(    impl T for S {    let mut x    use a::b;    #[derive(
    "rust": r"^\s*(?:(?:pub(?:\(\w+\))? )?(?:async |unsafe )*fn \w+|impl\b.*\{$|let (?:mut )?\w+\b.*;$|(?:pub )?use [\w:{}, ]+;$|#!?\[\w+)",
    # import java.util.List;    public final class C {    @Override
    "java": r"^\s*(?:import (?:static )?[\w.]+(?:\.\*)?;$|package [\w.]+;$|(?:public|private|protected)(?: static| final)* [\w<>\[\], ?]+\(?.*[{;]$|@Override$)",
    # interface I {    x: string;    export type T =    import { a } from "b";
    "typescript": r"^\s*(?:export )?(?:interface \w+.*\{$|type \w+(?:<.*>)? =|enum \w+ \{$|(?:readonly |private |public )?\w+\??: [\w<>\[\]| ]+;$|import (?:type )?.* from [\"'].*[\"'];?$|abstract class )",
    # const x = require("y");    function f(    const f = (x) => {    module.exports =
    "javascript": r"^\s*(?:(?:const|let|var) .*=|(?:export )?(?:default )?(?:async )?function\*? ?\w*\(|module\.exports|import .* from [\"'].*[\"'];?$|\}\);?$)",
    # #include <x>    #define X    std::    template <
    "cpp": r"^\s*(?:#\s*(?:include|define|ifdef|ifndef|endif)\b|.*\bstd::|template ?<|namespace \w+ \{$|(?:static |inline |const |unsigned )*(?:int|void|char|bool|size_t) \*?\w+\(.*)",
    "php": r"^\s*(?:<\?php|\$\w+ = .*;$|(?:public |private |protected |static )*function \w*\(|use [\w\\]+;$|namespace [\w\\]+;$)",
    "ruby": r"^\s*(?:def [\w.?!=]+|end$|module [A-Z]\w*$|class [A-Z]\w*(?: < .*)?$|require(?:_relative)? [\"'])",
    "c_sharp": r"^\s*(?:using [\w.]+;$|namespace [\w.]+;?$|(?:public|private|internal|protected)(?: \w+)* \w+ \{ get;)",
    "kotlin": r"^\s*(?:(?:override |private |suspend |internal )*fun [\w.<>]+\(|val \w+|import [a-z]\w*(?:\.\w+)+$|data class )",
    "swift": r"^\s*(?:(?:public |private |override |static )*func \w+\(|let \w+|guard .*|import [A-Z]\w+$|extension \w+)",
    "bash": r"^\s*(?:#!/.*sh\b|fi$|done$|esac$|then$|if \[.*|\w+\(\) \{$|export \w+=|echo )",
}


def language(lines: Sequence[str]) -> str:
    """Return the language most of whose signs `lines` (a sample) show, "" where none shows enough."""
    filled = [line for line in lines if line.strip()]
    best, most = "", max(_MIN_HITS, int(_MIN_SHARE * len(filled))) - 1
    for name, signs in _SIGNS.items():
        matches = re.compile(signs).match
        hits = sum(1 for line in filled if matches(line[:200]))
        if hits > most:
            best, most = name, hits
    return best
