"""Shell scripts."""

GRAMMAR = "tree_sitter_bash"
ENTRY = "language"
SUFFIXES = (".sh", ".bash", ".bats", ".zsh", ".ksh")
COMMENT = ("#",)
QUERY = """
(function_definition) @function
(ERROR) @error
"""
CONSTANTS = frozenset({"variable_assignment", "declaration_command"})
