"""JavaScript, with JSX."""

GRAMMAR = "tree_sitter_javascript"
ENTRY = "language"
SUFFIXES = (".js", ".mjs", ".cjs", ".jsx")
COMMENT = ("//", "/*", "*")
QUERY = """
[(function_declaration) (generator_function_declaration) (method_definition)] @function
(variable_declarator value: [(arrow_function) (function_expression) (generator_function)]) @function
(assignment_expression right: [(arrow_function) (function_expression) (generator_function)]) @function
(pair value: [(arrow_function) (function_expression) (generator_function)]) @function
(field_definition value: [(arrow_function) (function_expression)]) @function
[(class_declaration) (class)] @type
[(export_statement) (lexical_declaration) (variable_declaration) (expression_statement)] @wrap
(import_statement) @import
(throw_statement) @raise
(ERROR) @error
"""
CONSTANTS = frozenset({"lexical_declaration", "variable_declaration", "export_statement", "field_definition"})
