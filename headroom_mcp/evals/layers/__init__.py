"""What is measured without a model, each layer by itself: cases in, figures with bars out.

    facts        planted anomalies, critical entries, failing tests: kept, retrievable or lost
    needles      one sentence in much text, by size and depth, shown or fetched back
    laws         same bytes, never longer, nothing hidden, round trips through the store
    truth        every count and range that short forms state, checked against the originals
    turns        later questions about earlier outputs, answered from the store
    catalogues   tool catalogues (BFCL): the right function's schema, found and whole
    passages     answer spans (SQuAD) in long pages
    actions      recorded sessions: could the next action still have been taken?
    harm         word problems and short questions (GSM8K, TruthfulQA) pass unchanged: they hold no tool output

The last four read data from a folder (`headroom_mcp.evals.data`) and are left out without one.
"""
