"""Whether what we say of an output is true: every count, range and "always" of a short form, derived again from the original.

    walk      a short form beside its parts and its original: what is kept, markers, the footer
    gaps      the notes of markers in place
    records   records by number and the others counted; tables; requests of an access log
    digests   problems by rule, failures in short, commits, groups of hits and names
    fields    records of keys and values without some of their fields
    listings  entries without what nearly all have in common
    compact   JSON in the compact form, thinned: counted as not checked
    made      where outputs come from: folders of cases, made-up outputs, made-up runs of tests

Nothing here asks the code that wrote a statement: lines are counted, cells are cut and words are looked for once more, by
simpler means. What a reader here does not understand is reported as unchecked.
"""
