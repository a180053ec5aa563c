/**
 * The page's style. Orange and blue can be told apart with every kind of colour blindness; all text has a
 * contrast of at least 4.5 to 1 in both themes. Paper is always light.
 */
export const STYLE = `
:root{color-scheme:light;--bg:#fafaf8;--panel:#fff;--ink:#1c2127;--soft:#59626d;--rule:#e4e6e9;--grid:#eceef0;
--spot:#ad5200;--ondemand:#1a5fa8;--area:.13;--shade:#0002;--focus:#1a5fa8}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;--bg:#14171b;--panel:#1b1f25;--ink:#e7eaee;--soft:#a4aeb9;
--rule:#313840;--grid:#272d34;--spot:#f2a553;--ondemand:#74b4f7;--area:.16;--shade:#fff2;--focus:#74b4f7}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1400px;padding:clamp(1.25rem,4vw,3.5rem) clamp(1rem,4vw,3.5rem);background:var(--bg);color:var(--ink);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
h1,h2,h3,h4,h5,p,ul,dl,dd,figure{margin:0;padding:0}
h1{font-size:clamp(1.6rem,4vw,2.3rem);line-height:1.2;font-weight:650;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:1.4rem;line-height:1.3;font-weight:650;letter-spacing:-.01em;margin:4rem 0 1rem;padding-top:1.5rem;border-top:1px solid var(--rule)}
h3{font-size:1.05rem;font-weight:650;margin:2rem 0 .25rem}
h4,h5{font-size:.95rem;font-weight:650;margin:0}
h4+.small{margin-top:.5rem}
main>section:first-child h2{margin-top:2.5rem}
a{color:var(--ondemand);text-underline-offset:.2em}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
small,.note,.hint,.over,footer{color:var(--soft)}
small,.note,.hint{font-size:.86rem}
.note{max-width:52rem;margin-bottom:.75rem}
.over{font-size:.86rem;letter-spacing:.02em;margin-bottom:.35rem}
.lead{margin-top:.6rem;max-width:52rem}
.callout{margin-top:1rem;padding:.6rem .9rem;border-left:3px solid var(--spot);background:var(--panel);max-width:52rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.35rem 1.25rem;margin-top:1.25rem}
.prose{padding-left:1.2rem;max-width:52rem}.prose li{margin:.35rem 0}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.n,.range{white-space:nowrap}
.range{color:var(--soft);font-size:.86rem}

.cards{list-style:none;display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr))}
.cards>li,figure.chart{background:var(--panel);border:1px solid var(--rule);border-radius:10px;padding:1.1rem 1.25rem}
.cards h3{margin:0;font-size:.9rem}
.big{font-size:1.9rem;font-weight:600;letter-spacing:-.02em;line-height:1.25;margin:.15rem 0 .3rem}
.big .range{display:block;letter-spacing:0;font-weight:400}
.bars{margin-top:.8rem;display:grid;gap:.7rem}
.bars div{display:flex;flex-wrap:wrap;justify-content:space-between;column-gap:1rem;font-size:.9rem}
.bars div::after{content:"";flex:0 0 100%;height:5px;margin-top:.2rem;border-radius:3px;
background:linear-gradient(var(--soft) 0 0) 0/var(--share) 100% no-repeat,var(--grid)}
.bars dd{margin-left:auto}.bars .n{font-weight:600}

.scroll{overflow-x:auto;max-width:100%}
.tall{max-height:38rem;overflow-y:auto;background:linear-gradient(var(--bg),var(--bg)) bottom/100% 20px no-repeat local,
linear-gradient(transparent,var(--shade)) bottom/100% 12px no-repeat scroll}
table{border-collapse:collapse;font-size:.9rem}
caption{text-align:left;color:var(--soft);font-size:.86rem;padding:.5rem 0}
th,td{padding:.42rem .75rem;text-align:right;vertical-align:top;border-bottom:1px solid var(--rule)}
th:first-child,td:first-child{text-align:left;padding-left:0}
th{font-weight:600}
thead th{color:var(--soft);font-size:.82rem;vertical-align:bottom;background:var(--bg)}
figure thead th{background:var(--panel)}
thead th[colspan]{text-align:left}
tbody th{font-weight:500}
tbody th small{display:block;font-weight:400}
td{white-space:nowrap;overflow-wrap:normal}
.tall thead{position:sticky;top:0;z-index:1}
tbody th{min-width:9rem}
thead th{overflow-wrap:normal}
.workloads tbody th{min-width:10rem;max-width:22rem}
.workloads{width:100%;font-size:.84rem}
.workloads th,.workloads td{padding-inline:.42rem}
.workloads th:first-child[scope]{padding-left:0}
.workloads thead tr+tr th:first-child{text-align:right;padding-left:.42rem}
.figures td{min-width:8.5rem}
.figures .range{display:block}
@media (min-width:700px){.one tbody th small{display:inline;margin-left:.6rem}}
.events td,.words td,td.words,.groups td:nth-child(2){text-align:left;white-space:normal;overflow-wrap:anywhere}
.events td:nth-child(3),.words td{min-width:10rem}.events td:last-child{min-width:14rem}td.words{min-width:7rem}
.workloads:not(.beside) thead tr+tr th:last-child{text-align:left}.figures thead th{overflow-wrap:anywhere}
.events tbody th{white-space:nowrap;font-weight:400}
.words th{text-align:left}.events th{text-align:left}.groups th:nth-child(2){text-align:left}
.points td,.points th{padding:.15rem .75rem;border-color:var(--grid)}
.points tbody th{white-space:nowrap;font-weight:400}.points th:first-child{padding-left:0}

.variants{display:grid;gap:1.5rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,520px),1fr))}
.variant{display:grid;gap:1rem;align-content:start;min-width:0}
.small{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,390px),1fr))}
h4:has(+.small){margin-top:1.75rem}
figure.chart{min-width:0;container-type:inline-size;display:flex;flex-direction:column;break-inside:avoid}
figure.chart>figcaption{margin-bottom:.25rem}
figure.chart .note{margin:0}
figcaption h3{margin:0;font-size:1rem}
.small figure.chart details{margin-top:auto}
.readout{min-height:1.4em;font-size:.82rem;color:var(--soft)}
summary{cursor:pointer;color:var(--soft);font-size:.86rem;width:fit-content}
details .scroll{max-height:22rem;overflow-y:auto}
details thead{position:sticky;top:0}

.plot{padding:.6rem 118px 0 42px}
.plot>svg{display:block;overflow:visible;font-size:12px}
.plot svg svg{overflow:visible}
.plot text{fill:var(--soft)}
.plot line{stroke:var(--grid);stroke-width:1}
.plot .base,.plot .lane{stroke:var(--rule)}
.time text{text-anchor:middle}
.value text{text-anchor:end}
.plot path{fill:none;vector-effect:non-scaling-stroke}
.line{stroke-width:2;stroke-linejoin:round}
.ends path{stroke-width:1}
.ends text{font-weight:600}
.plot path.spot{stroke:var(--spot)}.plot path.on-demand{stroke:var(--ondemand)}.plot path.asked{stroke:var(--ink)}.plot path.plain{stroke:var(--soft)}
.plot text.spot{fill:var(--spot)}.plot text.on-demand{fill:var(--ondemand)}.plot text.asked,.plot text.plain{fill:var(--ink)}
.plot .line.on-demand{stroke-dasharray:9 3}
.plot .line.asked{stroke-dasharray:2 3;stroke-width:1.6}
.plot path.area{stroke:none;fill-opacity:var(--area)}
.plot .area.spot{fill:var(--spot)}.plot .area.on-demand{fill:var(--ondemand)}.plot .area.plain{fill:var(--soft)}
.plot path.bar{stroke:none}.plot .bar.spot{fill:var(--spot)}.plot .bar.plain{fill:var(--soft)}
.plot path.mark{stroke-width:1.5}
.hatched{fill:url(#hatch);stroke:var(--ink);stroke-opacity:.45}
#hatch line{stroke:var(--ink);stroke-width:1.6;stroke-opacity:.55}
.plot .cursor{stroke:var(--ink);stroke-width:1;pointer-events:none}
@container (max-width:620px){.extra{display:none}}
@container (max-width:400px){.rare text{display:none}}
footer{margin-top:4rem;font-size:.86rem}

@media print{@page{margin:12mm}
:root{font-size:11px}
body{max-width:none;padding:0;background:#fff;font-size:1rem}
nav,.readout,details,script{display:none}
.scroll,.tall{overflow:visible;max-height:none;background:none}
.tall thead{position:static}
.cards{grid-template-columns:repeat(3,1fr)}
.small{grid-template-columns:1fr 1fr}
.workloads{font-size:.68rem}
.workloads thead th,.workloads small{font-size:1em}
.workloads th,.workloads td{padding:.2rem .2rem}
td.words,.figures td{min-width:0}.workloads tbody th{min-width:7rem}
.plot>svg{font-size:10px}
h2{margin-top:1.5rem}h2,h3,h4,figcaption{break-after:avoid}tr,.cards>li{break-inside:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
