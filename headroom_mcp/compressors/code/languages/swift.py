"""Swift."""

GRAMMAR = "tree_sitter_swift"
ENTRY = "language"
SUFFIXES = (".swift",)
COMMENT = ("//", "/*", "*")
QUERY = """
[(function_declaration) (init_declaration) (deinit_declaration) (protocol_function_declaration)] @function
[(class_declaration) (protocol_declaration)] @type
(import_declaration) @import
(ERROR) @error
"""
CONSTANTS = frozenset({"property_declaration", "typealias_declaration"})
