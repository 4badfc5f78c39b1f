"""TypeScript."""

GRAMMAR = "tree_sitter_typescript"
ENTRY = "language_typescript"
SUFFIXES = (".ts", ".mts", ".cts")
COMMENT = ("//", "/*", "*")
QUERY = """
[(function_declaration) (generator_function_declaration) (method_definition)] @function
[(function_signature) (abstract_method_signature) (method_signature)] @function
(variable_declarator value: [(arrow_function) (function_expression) (generator_function)]) @function
(assignment_expression right: [(arrow_function) (function_expression) (generator_function)]) @function
(pair value: [(arrow_function) (function_expression) (generator_function)]) @function
(public_field_definition value: [(arrow_function) (function_expression)]) @function
[(class_declaration) (abstract_class_declaration) (class) (internal_module) (module)] @type
(interface_declaration) @type
[(enum_declaration) (type_alias_declaration)] @data
[(export_statement) (ambient_declaration) (lexical_declaration) (variable_declaration)] @wrap
(expression_statement) @wrap
(import_statement) @import
(throw_statement) @raise
(ERROR) @error
"""
CONSTANTS = frozenset(
    {
        "lexical_declaration",
        "variable_declaration",
        "export_statement",
        "ambient_declaration",
        "public_field_definition",
        "property_signature",
    }
)
