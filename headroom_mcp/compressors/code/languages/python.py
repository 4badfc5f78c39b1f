"""Python."""

GRAMMAR = "tree_sitter_python"
ENTRY = "language"
SUFFIXES = (".py", ".pyi", ".pyw", ".pyx", ".bzl", ".star")
COMMENT = ("#",)
QUERY = """
(function_definition) @function
(class_definition) @type
(decorated_definition) @wrap
[(import_statement) (import_from_statement) (future_import_statement)] @import
(raise_statement) @raise
(ERROR) @error
"""
CONSTANTS = frozenset({"assignment", "type_alias_statement"})
