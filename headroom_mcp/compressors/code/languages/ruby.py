"""Ruby."""

GRAMMAR = "tree_sitter_ruby"
ENTRY = "language"
SUFFIXES = (".rb", ".rake", ".gemspec")
COMMENT = ("#",)
QUERY = """
[(method) (singleton_method)] @function
[(class) (module) (singleton_class)] @type
(ERROR) @error
"""
CONSTANTS = frozenset({"assignment", "call"})
