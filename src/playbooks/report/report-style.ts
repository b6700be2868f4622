/** The report's own style: light and dark by what the reader prefers, black on white on paper. */
export const reportStyle = `
:root{color-scheme:light dark;--text:#1b1f24;--dim:#57606a;--back:#fff;--card:#f6f8fa;--line:#d0d7de;--ok:#116329;--bad:#b3261e;--warn:#7d4e00;--accent:#0a58ca;--p50:#0a7d55;--p95:#0a58ca;--p99:#9a3b9e}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--dim:#9aa5b1;--back:#0d1117;--card:#161b22;--line:#30363d;--ok:#56d364;--bad:#ff8a80;--warn:#e3b341;--accent:#79b8ff;--p50:#5fd3a4;--p95:#79b8ff;--p99:#e29be6}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,header,footer{max-width:62rem;margin:0 auto;padding:0 1.5rem}
header{padding-top:2.5rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.25rem;margin:2.5rem 0 .75rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.5rem 0 .5rem}
p{margin:.4rem 0}
.dim,.note{color:var(--dim)}
.badge{display:inline-block;padding:.05rem .6rem;border:1px solid currentColor;border-radius:1rem;font-size:.85rem;font-weight:600;white-space:nowrap}
.done,.ok,.undone{color:var(--ok)}.failed,.fatal,.bad{color:var(--bad)}.not-met,.warning,.stopped,.interrupted,.waiting{color:var(--warn)}.skipped,.pending,.running{color:var(--dim)}
.lead{font-size:1.1rem}
.banner{border:2px solid var(--warn);border-radius:.5rem;padding:.6rem 1rem;margin:1rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.5rem;margin:.5rem 0}
dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.95rem}
caption{text-align:left;color:var(--dim);padding-bottom:.4rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);overflow-wrap:break-word}
thead th{color:var(--dim);font-weight:600;font-size:.85rem}
tbody th{font-weight:500}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding-right:1.2rem}
tr.group th{font-weight:700}
th .dim{font-weight:400}
td.word{white-space:nowrap}
td.came{width:40%}
.d1 th:first-child{padding-left:1.4rem}.d2 th:first-child{padding-left:2.8rem}.d3 th:first-child{padding-left:4.2rem}
pre{background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.7rem .9rem;margin:.5rem 0;font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
details{margin:.4rem 0}summary{cursor:pointer;color:var(--accent)}
.problem{border-left:4px solid var(--bad);padding:.1rem 0 .1rem 1rem;margin:1rem 0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:1rem 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .9rem}
.card b{display:block;font-size:1.25rem;font-variant-numeric:tabular-nums}
.card span{color:var(--dim);font-size:.85rem}
figure{margin:1rem 0}figcaption{color:var(--dim);font-size:.9rem}
svg{width:100%;height:auto;display:block}
svg text{fill:var(--dim);font:12px system-ui,sans-serif}
svg .grid{stroke:var(--line);stroke-width:1}
svg .series{fill:none;stroke-width:2;stroke-linejoin:round}
svg .p50{stroke:var(--p50)}svg .p95{stroke:var(--p95)}svg .p99{stroke:var(--p99);stroke-dasharray:2 3}
svg .wanted{stroke:var(--dim);stroke-dasharray:6 4}
svg .errors{stroke:var(--bad)}
svg .target{stroke:var(--warn);stroke-width:1.5;stroke-dasharray:8 4}
svg text.target{stroke:none;fill:var(--warn)}
svg text.p50,svg text.p95,svg text.p99,svg text.wanted,svg text.errors{stroke:none}
svg text.p50{fill:var(--p50)}svg text.p95{fill:var(--p95)}svg text.p99{fill:var(--p99)}svg text.errors{fill:var(--bad)}
svg .ramp{fill:var(--card)}
ul{padding-left:1.2rem;margin:.4rem 0}
footer{color:var(--dim);font-size:.85rem;padding-top:2rem;padding-bottom:2.5rem}
@media (max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
@media print{:root{--text:#000;--dim:#444;--back:#fff;--card:#fff;--line:#bbb;--ok:#0a5a24;--bad:#a11;--warn:#6a4300;--accent:#000;--p50:#0a7d55;--p95:#0a58ca;--p99:#9a3b9e}body{font-size:11pt}h2{break-after:avoid}tr,figure,.problem,pre{break-inside:avoid}details::details-content{content-visibility:visible;display:block;height:auto}main,header,footer{max-width:none;padding-left:0;padding-right:0}}
`;
