"""Can a model read our forms? The same questions about the same data, once as JSON and once in each form, paired.

python -m headroom_mcp.evals.readability --base-url URL --model NAME [--questions 300] [--results FILE]
python -m headroom_mcp.evals.readability --model-file model.gguf …      with `xllamacpp` installed
python -m headroom_mcp.evals.readability --forms                        what the forms look like; asks nobody

shapes   made-up data of several shapes, with look-ups whose answers are known
forms    JSON, ours, CSV, Markdown, key=value and others: a value → text
texts    what is not JSON: source as an outline, logs whose repeats are folded
play     asks, keeps every answer in a file so that a run can go on, and makes the table
"""
