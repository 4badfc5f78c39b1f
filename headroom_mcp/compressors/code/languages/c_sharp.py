"""C#."""

GRAMMAR = "tree_sitter_c_sharp"
ENTRY = "language"
SUFFIXES = (".cs",)
COMMENT = ("//", "/*", "*")
QUERY = """
[(method_declaration) (constructor_declaration) (destructor_declaration) (operator_declaration)] @function
[(property_declaration) (indexer_declaration) (local_function_statement)] @function
[(class_declaration) (struct_declaration) (interface_declaration) (record_declaration)] @type
[(namespace_declaration) (file_scoped_namespace_declaration)] @type
[(enum_declaration) (delegate_declaration)] @data
(using_directive) @import
[(throw_statement) (throw_expression)] @raise
(ERROR) @error
"""
CONSTANTS = frozenset({"field_declaration", "event_field_declaration"})
