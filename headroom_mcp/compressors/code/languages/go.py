"""Go."""

GRAMMAR = "tree_sitter_go"
ENTRY = "language"
SUFFIXES = (".go",)
COMMENT = ("//", "/*", "*")
QUERY = """
[(function_declaration) (method_declaration)] @function
[(type_spec) (type_alias)] @data
(type_declaration) @wrap
[(import_declaration) (package_clause)] @import
(ERROR) @error
"""
CONSTANTS = frozenset({"const_declaration", "var_declaration"})
