"""PHP, in and out of HTML."""

GRAMMAR = "tree_sitter_php"
ENTRY = "language_php"
SUFFIXES = (".php",)
COMMENT = ("//", "/*", "*", "#")
QUERY = """
[(function_definition) (method_declaration)] @function
[(class_declaration) (interface_declaration) (trait_declaration) (enum_declaration)] @type
(namespace_definition) @type
[(namespace_use_declaration)] @import
(throw_expression) @raise
(ERROR) @error
"""
CONSTANTS = frozenset({"const_declaration", "property_declaration", "enum_case"})
