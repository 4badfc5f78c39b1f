"""Families of what many things say alike: errors of one text, traces without an exception."""

from __future__ import annotations

from random import Random

from headroom_mcp.evals.relatives.draw import Relative, name, word


def alike_errors(random: Random) -> Relative:
    """Many errors of one text: the place, by which they differ, is told of each."""
    count, thing = random.randrange(8, 22), word(random)
    style = random.choice((
        ("error[E0308]: mismatched types", "  --> src/{t}.rs:{line}:32", "   |", "{line} | pub fn weight_of_{n}(scale: &Scale) -> Grams {{ let grams: Grams = scale.weigh({n}); grams }}", "   |                     -----   ^^^^^^^^^^^^^^^^^^^^^ expected `Grams`, found `Result<Grams, ScaleError>`", "   |", "   = note: expected struct `Grams`", "              found enum `Result<Grams, ScaleError>`", ""),
        ("src/{t}.c:{line}:9: error: implicit declaration of function 'weigh_twice'", "  {line} |         weigh_twice(pen_{n}, scale, &grams);", "      |         ^~~~~~~~~~~"),
        ("src/{t}.ts:{line}:5 - error TS2345: Argument of type 'string' is not assignable to parameter of type 'Grams'.", "", "{line}     weighTwice(pen{n}, scale);", "        ~~~~~~~~~~", ""),
        ("{t}.java:{line}: error: incompatible types: String cannot be converted to Grams", "        Grams grams = weighTwice(pen{n});", "                                ^"),
        ("/w/{t}.swift:{line}:14: error: cannot convert value of type 'String' to specified type 'Grams'", "        let grams: Grams = weighTwice(pen{n})", "                           ^~~~~~~~~~~~~~~~~"),
        ("src/{t}.hs:{line}:9: error:", "    • Couldn't match expected type ‘Grams’ with actual type ‘String’", "    • In the first argument of ‘weigh’, namely ‘pen{n}’", "   |", "{line} |   weigh pen{n}", "   |         ^^^^"),
        ("-- TYPE MISMATCH ---------------------------------------------- src/{t}.elm:{line}", "", "The 1st argument to `weigh` is not what I expect:", "", "{line}|   weigh pen{n}", "          ^^^^^", "This `pen{n}` value is a:", "", "    String", ""),
        ("error: {t}.zig:{line}:17: expected type 'Grams', found '[]const u8'", "    const g: Grams = weigh(pen{n});", "                     ^~~~~"),
    ))  # fmt: skip
    numbers = random.sample(range(100, 999), count)
    lines = [f"   Compiling {thing} v0.1.0 (/w)"]
    for n, line in enumerate(sorted(numbers)):
        lines += [said.format(t=thing, line=line, n=n) for said in style]
    lines.append(f"error: could not compile `{thing}` due to {count} previous errors")
    return Relative("\n".join(lines) + "\n", "make", [str(line) for line in numbers] + [f"{count} previous errors"])


def traces_without_words(random: Random) -> Relative:
    """Traces whose heads name no exception: each has its own place."""
    count, thing = random.randrange(5, 14), word(random)
    pid = random.randrange(2, 99_999)
    names = [name(random) for _ in range(count)]
    style = random.choice(("valgrind", "helgrind", "gdb", "drmemory", "go", "node", "jstack"))
    lines: list[str] = []
    for n, own in enumerate(names):
        line = 40 + n
        if style in ("valgrind", "helgrind"):
            head = (
                f"Invalid write of size {2 ** (n % 3)}"
                if style == "valgrind"
                else f"Possible data race during write of size 4 at 0x4A{n:04X} by thread #{n % 3 + 1}"
            )
            lines += [
                f"=={pid}== {head}",
                f"=={pid}==    at 0x1090CA{n:02X}: {own} ({thing}.c:{line})",
                f"=={pid}==    by 0x1090EF{n:02X}: main ({thing}.c:90)",
                f"=={pid}==  Address 0x4a7{n}b88 is 8 bytes inside a block of size 11 alloc'd",
                f"=={pid}==    at 0x48407B4: malloc (in /usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so)",
                f"=={pid}==    by 0x1090B7: make ({thing}.c:70)",
                f"=={pid}== ",
            ]
        elif style == "gdb":
            lines += [
                f"Thread {n + 2} (Thread 0x7f{n:04x} (LWP {pid + n})):",
                "#0  0x00007f01 in pthread_cond_wait () from /lib/x86_64-linux-gnu/libc.so.6",
                f"#1  0x00005501 in {own} (p=0x0) at {thing}.c:{line}",
                f"#2  0x00005502 in main () at {thing}.c:90",
                "",
            ]
        elif style == "drmemory":
            lines += [
                f"Error #{n + 1}: LEAK {n + 9} direct bytes 0x00b{n:04x}-0x00b{n + 9:04x} + 0 indirect bytes",
                "# 0 replace_malloc",
                f"# 1 {own}    [{thing}.c:{line}]",
                f"# 2 main    [{thing}.c:90]",
                "",
            ]
        elif style == "go":
            lines += [
                "==================",
                "WARNING: DATA RACE",
                f"Write at 0x00c0{n:04x} by goroutine {n + 7}:",
                f"  main.{own}()",
                f"      /w/{thing}.go:{line} +0x44",
                "",
                f"Previous read at 0x00c0{n:04x} by main goroutine:",
                "  main.main()",
                f"      /w/{thing}.go:90 +0x84",
                "==================",
            ]
        elif style == "node":
            lines += [
                f"(node:{pid}) MaxListenersExceededWarning: {n + 11} close listeners added",
                f"    at {own} (/w/{thing}.js:{line}:9)",
                "    at Object.<anonymous> (/w/main.js:9:1)",
                "    at node:internal/main/run_main_module:23:47",
                "",
            ]
        else:
            lines += [
                f'"worker-{n}" #{n + 20} prio=5 os_prio=0 cpu={n}.00ms tid=0x00007f nid=0x{n:x} waiting on condition',
                "   java.lang.Thread.State: WAITING (parking)",
                "        at jdk.internal.misc.Unsafe.park(java.base@21/Native Method)",
                f"        at org.example.Farm.{own}({thing.title()}.java:{line})",
                "        at java.lang.Thread.run(java.base@21/Thread.java:1583)",
                "",
            ]
    lines += (
        [f"=={pid}== LEAK SUMMARY:", f"=={pid}==    definitely lost: 12,883 bytes in 41 blocks"]
        if style == "valgrind"
        else []
    )
    return Relative(
        "\n".join(lines) + "\n", f"./{thing}", names + (["12,883 bytes in 41"] if style == "valgrind" else [])
    )


FAMILIES = {
    "alike_errors": alike_errors,
    "traces_without_words": traces_without_words,
}
