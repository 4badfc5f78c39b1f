"""`python -m headroom_mcp` is the `headroom` command."""

from headroom_mcp.cli import main

main(prog_name="headroom")
