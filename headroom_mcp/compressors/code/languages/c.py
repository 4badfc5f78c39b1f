"""C."""

GRAMMAR = "tree_sitter_c"
ENTRY = "language"
SUFFIXES = (".c",)
INSTEAD = "cpp"  # in the base install, and near enough: only C++ keywords used as names are misread
COMMENT = ("//", "/*", "*")
QUERY = """
(function_definition) @function
(struct_specifier body: (_)) @data
(union_specifier body: (_)) @data
(enum_specifier body: (_)) @data
(type_definition) @data
(preproc_function_def) @function
(preproc_include) @import
(ERROR) @error
"""
CONSTANTS = frozenset({"declaration", "preproc_def"})
