#!/bin/bash
set -euo pipefail
LIMIT=10

# Says hello.
greet() {
  local name=$1
  echo "hello $name"
  return 0
}

function leave {
  echo "bye"
  exit 0
}

greet "$LIMIT"
