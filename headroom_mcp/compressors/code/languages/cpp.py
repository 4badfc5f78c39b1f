"""C++, and C headers."""

GRAMMAR = "tree_sitter_cpp"
ENTRY = "language"
SUFFIXES = (".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".h", ".inl", ".cu")
COMMENT = ("//", "/*", "*")
QUERY = """
(function_definition) @function
(class_specifier body: (_)) @type
(struct_specifier body: (_)) @type
(union_specifier body: (_)) @data
(enum_specifier body: (_)) @data
[(namespace_definition) (linkage_specification)] @type
[(type_definition) (alias_declaration) (concept_definition)] @data
(preproc_function_def) @function
(template_declaration) @wrap
[(preproc_include) (using_declaration)] @import
(throw_statement) @raise
(ERROR) @error
"""
CONSTANTS = frozenset({"declaration", "preproc_def", "field_declaration"})
