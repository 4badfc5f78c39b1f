"""Rust."""

GRAMMAR = "tree_sitter_rust"
ENTRY = "language"
SUFFIXES = (".rs",)
COMMENT = ("//", "/*", "*")
QUERY = """
[(function_item) (function_signature_item) (macro_definition)] @function
[(impl_item) (trait_item) (mod_item) (foreign_mod_item)] @type
[(struct_item) (enum_item) (union_item) (type_item) (associated_type)] @data
(attribute_item) @attach
[(macro_invocation) (macro_definition)] @opaque
[(use_declaration) (extern_crate_declaration)] @import
(ERROR) @error
"""
CONSTANTS = frozenset({"const_item", "static_item"})
