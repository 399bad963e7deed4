// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace ca::report {

/// The style sheet of reports. Contrasts are 4.5 : 1 at least, light and dark; on paper it is black on white, and what colour
/// says is also said by weight, lines or words.
inline constexpr const char *kHtmlStyle = R"(
:root{--ink:#16191c;--text:#2b3036;--note:#565e66;--ground:#fff;--soft:#f4f6f8;--line:#ccd2d8;--accent:#1f5fa8;--warn:#8a5a00}
@media (prefers-color-scheme:dark){:root{--ink:#f2f4f6;--text:#dde1e6;--note:#a3acb5;--ground:#15181b;--soft:#20252a;--line:#454d55;--accent:#7fb2ec;--warn:#e0ae4a}}
html{color-scheme:light dark}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1,h2,h3{color:var(--ink);line-height:1.25;overflow-wrap:anywhere}
h1{font-size:1.9rem;margin:0 0 .5rem}
h2{font-size:1.35rem;margin:2.75rem 0 .75rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
h3{font-size:1.08rem;margin:1.75rem 0 .5rem}
p,li,dd{overflow-wrap:anywhere}
a{color:var(--accent)}
code,data,strong,td,th{unicode-bidi:isolate}
code,pre{font-family:ui-monospace,'SF Mono',Consolas,'DejaVu Sans Mono',monospace;font-size:.92em}
pre{background:var(--soft);border:1px solid var(--line);border-radius:4px;padding:.75rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere}
s{color:var(--note)}
nav{background:var(--soft);border-radius:4px;padding:.75rem 1.25rem;margin:1.5rem 0}
nav ol{columns:17rem;column-gap:2rem;margin:.25rem 0;padding-left:1.4rem}
nav p{margin:0;font-weight:600;color:var(--ink)}
.small{color:var(--note);font-size:.9rem}
.warning{border:1px solid var(--warn);border-left-width:6px;border-radius:4px;padding:.5rem .9rem}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem;margin:1.25rem 0}
.facts div{background:var(--soft);border:1px solid var(--line);border-radius:4px;padding:.6rem .9rem}
.facts dt{color:var(--note);font-size:.85rem}
.facts dd{margin:0}
.facts .value{font-size:1.3rem;font-weight:600;color:var(--ink)}
.facts .note{color:var(--note);font-size:.85rem}
.table{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;width:100%;font-size:.88rem;line-height:1.35}
caption{text-align:left;font-weight:600;color:var(--ink);padding-bottom:.4rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);font-weight:400}
.long{overflow-wrap:anywhere}
thead th{font-weight:600;color:var(--ink);border-bottom:2px solid var(--note);vertical-align:bottom}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
thead .number{white-space:normal}
.marked th,.marked td{background:var(--soft);font-weight:600;color:var(--ink)}
.marked th:first-child{box-shadow:inset 4px 0 0 var(--accent);padding-left:.6rem}
figure{margin:1.25rem 0}
figure svg{display:block;width:100%;height:auto;border-radius:4px}
figcaption{color:var(--note);font-size:.88rem;margin-top:.35rem;overflow-wrap:anywhere}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:1rem;margin:1rem 0}
.pictures figure{margin:0}
.pictures img{display:block;width:100%;max-width:9.5rem;height:auto;background:#fff;border:1px solid var(--line)}
.pictures img.tiny{image-rendering:pixelated}
@media screen{table{min-width:calc(var(--columns)*5.2rem)}}
@media print{
@page{size:A4;margin:18mm 16mm}
:root{--ink:#000;--text:#111;--note:#444;--ground:#fff;--soft:#f2f2f2;--line:#bbb;--accent:#123f75;--warn:#000}
html{color-scheme:light}
html{font-size:10pt}
body{font-size:1rem;line-height:1.4}
h1{font-size:1.6rem}
h2{margin-top:1.5rem}
nav,.facts,figure{margin:.75rem 0}
main{max-width:none;padding:0}
.table{overflow:visible}
table{font-size:8.5pt}
thead{display:table-header-group;break-after:avoid}
tbody tr:first-child{break-before:avoid}
tr,figure,.warning,.facts div{break-inside:avoid}
h1,h2,h3,caption{break-after:avoid}
.break{break-after:page}
a{color:inherit;text-decoration:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
)";

} // namespace ca::report
