"""What a coding agent's hooks run. One file per host parses its events and answers in its shapes; `decide` and `respond`
know no host.

stdin → entry → claude_code.answer → decide (pure) → respond (compress, store) → claude_code → stdout
stdin → entry → HOST.answer → outputs (decide, respond) or session → HOST → stdout
"""
