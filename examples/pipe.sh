#!/bin/sh
# In a shell: compress a command's output, fetch a slice, get the original back whole.
# Run: sh examples/pipe.sh   (with `headroom` on the PATH)
set -eu
HEADROOM_HOME=$(mktemp -d)
export HEADROOM_HOME
trap 'rm -rf "$HEADROOM_HOME"' EXIT

seq 1 5000 | sed 's/^/row /' >"$HEADROOM_HOME/rows.txt"
shown=$(headroom compress "$HEADROOM_HOME/rows.txt" --command "cat rows.txt" --query "row 4321")
printf '%s\n' "$shown"

ref=$(printf '%s\n' "$shown" | sed -n 's/^\[headroom \([0-9a-f]*\):.*/\1/p')
headroom retrieve "$ref" --lines 100-102
headroom retrieve "$ref" --all | cmp - "$HEADROOM_HOME/rows.txt"
headroom stats
