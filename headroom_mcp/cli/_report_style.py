"""The report's style: one column that reads at 400 pixels and does not sprawl at 1,400; light and dark by the reader's wish."""

STYLE = """
:root{--bg:#fbfbf9;--card:#fff;--ink:#1b1c20;--dim:#5a5d66;--line:#dcdcd6;--host:#d9dbd5;--shown:#8b8f99;--saved:#2563b8;
--extra:#b8590a;--loss:#b3261e;--code:#f2f2ee}
@media(prefers-color-scheme:dark){:root{--bg:#15171b;--card:#1c1f25;--ink:#e7e8ea;--dim:#a3a7b0;--line:#33373f;--host:#343943;
--shown:#757b87;--saved:#6ea8f2;--extra:#e0913f;--loss:#f2827a;--code:#101216}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,footer{max-width:1180px;margin:0 auto;padding:0 20px}
header{padding:28px 0 4px}
h1{font-size:1.6rem;line-height:1.2;margin:0}
h2{font-size:1.15rem;margin:0}
h3{font-size:.85rem;margin:14px 0 4px;color:var(--dim)}
p{margin:.3rem 0 .9rem;color:var(--dim);overflow-wrap:anywhere}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:18px 0}
code,pre{font:.85rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.key{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px;margin:16px 0}
.key div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 14px}
.key dt{color:var(--dim);font-size:.85rem}
.key dd{margin:0;font-size:.85rem;color:var(--dim)}
.key b{display:block;font-size:1.5rem;line-height:1.25;color:var(--ink);font-variant-numeric:tabular-nums}
svg{display:block;width:100%}
rect.host{fill:var(--host)}rect.shown{fill:var(--shown)}rect.saved{fill:var(--saved)}rect.extra{fill:var(--extra)}
rect.loss{fill:var(--loss)}
.axis{stroke:var(--dim);stroke-width:1;vector-effect:non-scaling-stroke}
.time{display:grid;grid-template-columns:auto 1fr;gap:4px 8px}
.time svg{height:200px}
.scale{display:flex;flex-direction:column;justify-content:space-between;text-align:right;font-size:.75rem;color:var(--dim);
font-variant-numeric:tabular-nums}
.dates{grid-column:2;display:flex;justify-content:space-between;font-size:.75rem;color:var(--dim)}
.bars{list-style:none;margin:0;padding:0;display:grid;gap:10px}
.bars li{display:grid;grid-template-columns:1fr auto;gap:2px 12px;align-items:baseline}
.bars .name{overflow-wrap:anywhere;min-width:0}
.bars .value{font-variant-numeric:tabular-nums;color:var(--dim);font-size:.9rem;text-align:right}
.bars svg{grid-column:1/-1;height:14px;background:var(--host);border-radius:3px;overflow:hidden}
.legend{white-space:nowrap;margin-right:10px}
.legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.35em;vertical-align:-.05em}
i.shown{background:var(--shown)}i.extra{background:var(--extra)}i.saved{background:var(--saved)}
[data-loss]{color:var(--loss)!important;font-weight:600}
summary{cursor:pointer}
summary:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--saved);outline-offset:2px;border-radius:4px}
.figures{margin-top:14px;font-size:.9rem}
.figures summary{color:var(--dim)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;margin-top:8px}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{text-align:right;padding:5px 10px;border-bottom:1px solid var(--line);white-space:nowrap;font-weight:400}
thead th{color:var(--dim);font-size:.8rem}
th:first-child{text-align:left;padding-left:0}
.cases{list-style:none;margin:0;padding:0}
.cases li{border-top:1px solid var(--line)}
.cases summary{padding:10px 0;display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 14px}
.cases summary::-webkit-details-marker{display:none}
.cases summary code{overflow-wrap:anywhere}
.cases summary code::before{content:"▸ ";color:var(--dim)}
.cases [open] summary code::before{content:"▾ "}
.cases .of{grid-column:1;color:var(--dim);font-size:.8rem;order:3;padding-left:18px}
.cases .sizes{grid-column:2;color:var(--dim);font-size:.8rem;text-align:right;order:4;font-variant-numeric:tabular-nums}
.cases .net{grid-column:2;text-align:right;order:2;font-variant-numeric:tabular-nums;white-space:nowrap}
.cases details>p,.cases h3,.cases pre{margin-left:1.2em}
pre{background:var(--code);border:1px solid var(--line);border-radius:6px;padding:10px 12px;overflow:auto;max-height:22rem;
margin:0 0 10px;font-size:.78rem}
footer{padding-bottom:32px;font-size:.85rem}
@media(max-width:560px){main,footer{padding:0 12px}section{padding:14px 12px}.cases summary{grid-template-columns:1fr}
.cases .of,.cases .sizes,.cases .net{grid-column:1;text-align:left;padding-left:18px;order:initial}.time svg{height:150px}
.key{grid-template-columns:1fr 1fr}.key div:first-child{grid-column:1/-1}}
"""
