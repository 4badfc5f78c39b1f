"""Kotlin."""

GRAMMAR = "tree_sitter_kotlin"
ENTRY = "language"
SUFFIXES = (".kt", ".kts")
COMMENT = ("//", "/*", "*")
QUERY = """
[(function_declaration) (secondary_constructor)] @function
[(class_declaration) (object_declaration) (companion_object)] @type
[(import) (package_header)] @import
(throw_expression) @raise
(ERROR) @error
"""
CONSTANTS = frozenset({"property_declaration", "type_alias"})
