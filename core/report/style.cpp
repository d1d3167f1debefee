#include "core/report/style.h"

namespace fthost::report {

std::string_view chart_style() {
  return R"(:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--grid:#d8dee4;
--c0:#0072b2;--c1:#d55e00;--c2:#007d5c;--c3:#b5518d;--c4:#9a6700;--c5:#767676;
--h0:#f7fbff;--h1:#deebf7;--h2:#c6dbef;--h3:#9ecae1;--h4:#6baed6;--h5:#4292c6;--h6:#2171b5;--h7:#08519c;--h8:#08306b}
@media (prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--soft:#9aa4af;--grid:#30363d;
--c0:#56b4e9;--c1:#ff8a3d;--c2:#2ecc9a;--c3:#e29ac5;--c4:#e6b422;--c5:#a3a3a3;
--h0:#0d1b2e;--h1:#0f2a4a;--h2:#123c69;--h3:#175089;--h4:#1f67aa;--h5:#3a83c4;--h6:#66a3d8;--h7:#9dc6e8;--h8:#e3f0fb}}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--grid:#ccc;
--c0:#0072b2;--c1:#d55e00;--c2:#007d5c;--c3:#b5518d;--c4:#9a6700;--c5:#767676;
--h0:#f7fbff;--h1:#deebf7;--h2:#c6dbef;--h3:#9ecae1;--h4:#6baed6;--h5:#4292c6;--h6:#2171b5;--h7:#08519c;--h8:#08306b}}
.chart{background:var(--paper);font-family:system-ui,sans-serif;font-size:13px}
.chart text{fill:var(--ink)}.chart .title{font-size:15px;font-weight:600}.chart .tick{fill:var(--soft);font-size:12px}
.chart .grid{stroke:var(--grid);stroke-width:1}.chart .axis{stroke:var(--soft);stroke-width:1}
.chart .line{fill:none;stroke-width:2;stroke-linejoin:round}.chart .dashed{stroke-dasharray:5 4;stroke-width:1.5}
.chart .spread{stroke-width:1.5}
.chart .cell{stroke:var(--paper);stroke-width:1}.chart .nothing{fill:none;stroke:var(--grid)}
.c0{stroke:var(--c0);fill:var(--c0)}.c1{stroke:var(--c1);fill:var(--c1)}.c2{stroke:var(--c2);fill:var(--c2)}
.c3{stroke:var(--c3);fill:var(--c3)}.c4{stroke:var(--c4);fill:var(--c4)}.c5{stroke:var(--c5);fill:var(--c5)}
.ci{stroke:var(--ink);fill:var(--ink)}
.h0{fill:var(--h0)}.h1{fill:var(--h1)}.h2{fill:var(--h2)}.h3{fill:var(--h3)}.h4{fill:var(--h4)}.h5{fill:var(--h5)}
.h6{fill:var(--h6)}.h7{fill:var(--h7)}.h8{fill:var(--h8)}
)";
}

std::string_view page_style() {
  return R"(*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,sans-serif;overflow-wrap:break-word}
h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.25rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--grid)}
h3{font-size:1rem;margin:1rem 0 .25rem}
p,li{max-width:46rem}a{color:var(--c0)}
nav a{margin-right:1rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem}
figure{margin:0;min-width:0;max-width:44rem;break-inside:avoid}figcaption{color:var(--soft);font-size:.9rem;max-width:46rem}
svg.chart{display:block;width:100%;min-width:26rem;height:auto}
details{margin:.25rem 0 1rem}summary{cursor:pointer;color:var(--soft);font-size:.9rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .6rem;border-bottom:1px solid var(--grid);text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}td.text{text-align:left;white-space:normal;overflow-wrap:anywhere}
.warning{border-left:4px solid var(--c1);padding-left:.75rem}
pre{overflow-x:auto;font-size:.8rem;border:1px solid var(--grid);padding:.5rem}
@media print{body{max-width:none;font-size:11pt}nav{display:none}.scroll{overflow:visible}svg.chart{min-width:0}pre{white-space:pre-wrap}}
)";
}

}  // namespace fthost::report
