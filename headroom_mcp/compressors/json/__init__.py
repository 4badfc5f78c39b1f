"""JSON as a model reads it: parsed without loss, written without repetition, thinned with exact counts.

    parse    text → values that keep duplicate keys, key order and numbers as written; documents among other text
    table    which arrays (and objects keyed by id) are tables, and their columns
    derive   which columns follow from others
    repeated what stands in a value more than once
    encode   a value → the compact form, from which it can be rebuilt
    select   which rows of a table matter: query, error-like values, rare, outliers, first and last
    reduce   a large value → one in which long arrays are sampled, with exact counts
    survey   what is counted over all rows of a large array
    columns  which fields of a table are worth their tokens
    query    what a question asks for
    layout   where the documents stand in an output, and which tier each gets
    thin     a value → the compact form within a budget, every omission marked where it is: objects and arrays by
             entries, tables by rows, plain arrays by scalars

The compact form is relaxed JSON (quotes only where a string could be taken for something else) with one addition: an
array of similar objects is written once as columns and then as rows.

    [3 rows {id,name,owner{login,type=User},labels[{name,color}]}:
    1,first,octocat,[(bug,red),(ui,blue)]
    2,second,hubot,[]
    3,"third, or so",octocat,[(bug,red)]
    ]

`key{…}` is an object in every row, its fields follow as cells; `key?{…}` may be absent, its cell is `(…)`; `key[{…}]`
is an array of objects, its cell is `[(…),(…)]`; `key{*{…}}` is an object whose values all have these columns;
`key=value` holds in every row and has no cell. An empty cell is an absent key. A row that does not fit is written whole,
after "!". In the lossless tier a column may follow from others: `url~"/issues/{number}"` is made of `number` (`{*}` of the
row's key) and has no cell; `zip^""` holds strings only, which all begin with what is quoted; `city<zip` is written where
its `zip` is new, its cell is empty after that. `minutes:` has its name in
each row, `, minutes=286` behind the cells without names, because models that count commas miscount; where all cells have
names, a blank line stands between rows; `where not written held=null` above them says what holds in rows without it, else
they have no such key (`labels`).
`{3 keyed {…}:` is the same for an object of similar objects: each row begins with its key. `{all(true):a,b,c}`
is an object whose keys all have one value. `&1 …` gives what follows a name and `*1` repeats it. `@json …` is a string
that holds this JSON.
"""
