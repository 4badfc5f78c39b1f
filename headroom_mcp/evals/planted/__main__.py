"""python -m headroom_mcp.evals.planted [--seeds 0-299] [--query] [--format NAME] [--show SEED] [--json]"""

from __future__ import annotations

import argparse
import json
import os
import tempfile


def main() -> None:
    """Play the game and print the score, or show one output."""
    parser = argparse.ArgumentParser(prog="headroom_mcp.evals.planted", description=__doc__)
    parser.add_argument("--seeds", default="0-299", help="first and last seed")
    parser.add_argument("--query", action="store_true", help="ask whether anything stands out")
    parser.add_argument("--format", default="", help="one format only")
    parser.add_argument("--show", type=int, help="print the output of one seed and its short form")
    parser.add_argument("--json", action="store_true", help="the score as JSON")
    arguments = parser.parse_args()
    os.environ.setdefault("HEADROOM_HOME", tempfile.mkdtemp())
    import headroom_mcp
    from headroom_mcp.evals.planted import game
    from headroom_mcp.text import tokens

    def compress(text: str, command: str, query: str) -> str:
        return headroom_mcp.compress_output(text, tool_name="Bash", tool_input={"command": command}, query=query).text

    if arguments.show is not None:
        drawn = game.output(arguments.show, arguments.format)
        short = compress(drawn.text, drawn.command, game.QUESTION if arguments.query else "")
        print(
            drawn.text[:1500],
            "\n…\n",
            drawn.format,
            drawn.planted,
            [game.seen(one.marks, short) for one in drawn.planted],
        )
        print(f"{tokens.count(drawn.text):,} → {tokens.count(short):,} tokens", "\n", short, sep="")
        return
    first, last = map(int, arguments.seeds.split("-"))
    scores = game.play(range(first, last + 1), compress, tokens.count, query=arguments.query, only=arguments.format)
    if arguments.json:
        print(json.dumps({key: score._asdict() for key, score in scores.items()}, indent=1))
        return
    for key, score in scores.items():
        share = f"seen {100 * score.seen / score.planted:5.1f} % of {score.planted:4}" if score.planted else ""
        print(f"{key:16} {share}" + (f"   saving {score.saving:5.1f} %" if score.outputs else ""))


if __name__ == "__main__":
    main()
