"""Java."""

GRAMMAR = "tree_sitter_java"
ENTRY = "language"
SUFFIXES = (".java",)
COMMENT = ("//", "/*", "*")
QUERY = """
[(method_declaration) (constructor_declaration) (compact_constructor_declaration)] @function
(annotation_type_element_declaration) @function
[(class_declaration) (interface_declaration) (enum_declaration) (record_declaration)] @type
(annotation_type_declaration) @type
[(import_declaration) (package_declaration)] @import
(throw_statement) @raise
(ERROR) @error
"""
CONSTANTS = frozenset({"field_declaration", "constant_declaration", "enum_constant"})
