/** Paper and ink, one colour for what came, one for what did not; nothing is fetched. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f4ef; --card: #fffdf9; --ink: #1d2327; --soft: #5d666b; --line: #dfdad0; --faint: #ece8df;
  --done: #1b7f8c; --failed: #c8442f; --overloaded: #e09a3e; --throttled: #8a6fb3; --otherwise: #9a8f7f;
  --unknown: #8a6fb3; --left: #cfc9bd; --wash: #1b7f8c26;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181a; --card: #1b2023; --ink: #ece8df; --soft: #9aa4a8; --line: #343b3e; --faint: #23292c;
    --done: #4db6c2; --failed: #ee7a63; --overloaded: #e3ab5c; --throttled: #b29bd8; --otherwise: #8d8577;
    --unknown: #b29bd8; --left: #444c4f; --wash: #4db6c22e;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 74rem; margin: 0 auto; padding: clamp(1.25rem, 4vw, 3.5rem) clamp(1rem, 4vw, 3rem) 4rem; }
h1, h2, h3, p, ul, dl, dd, figure { margin: 0; padding: 0; }
h1 { font-size: clamp(1.5rem, 4.4vw, 2.6rem); font-weight: 400; line-height: 1.1; letter-spacing: -0.02em; color: var(--soft); }
h1 strong { display: inline-block; font-size: 2.4em; font-weight: 700; line-height: 1; letter-spacing: -0.045em; color: var(--ink); }
h2 { font-size: 1.05rem; font-weight: 650; letter-spacing: -0.005em; }
h2 .number { margin-left: 0.35em; font-weight: 400; color: var(--soft); }
h3 { font-size: 0.95rem; font-weight: 600; }
a { color: inherit; text-underline-offset: 0.15em; }
code { font: 0.86em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
:focus-visible { outline: 3px solid var(--done); outline-offset: 2px; border-radius: 3px; }
.kicker { margin-bottom: 1.2rem; font-size: 0.85rem; color: var(--soft); }
.running { margin-top: 0.8rem; color: var(--overloaded); font-weight: 600; }
.simulated { width: fit-content; max-width: 62ch; margin-top: 1.1rem; padding: 0.55rem 0.9rem; border: 1px solid var(--overloaded); border-left-width: 0.35rem; border-radius: 0.4rem; font-size: 0.95rem; }
.note { max-width: 62ch; margin-top: 0.35rem; font-size: 0.9rem; color: var(--soft); }
.share { display: block; width: 100%; height: 0.7rem; margin: 1.6rem 0 0; border-radius: 0.35rem; overflow: hidden; background: var(--faint); }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; margin-top: 0.7rem; list-style: none; font-size: 0.82rem; color: var(--soft); }
.legend svg { width: 0.7em; height: 0.7em; margin-right: 0.45em; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1.4rem 2rem; margin: 2.2rem 0 0; }
.facts dt { font-size: 0.82rem; color: var(--soft); }
.facts dd { font-size: 1.55rem; font-weight: 600; line-height: 1.25; letter-spacing: -0.02em; }
.facts small { display: block; font-size: 0.8rem; font-weight: 400; letter-spacing: 0; color: var(--soft); }
section { margin-top: 3rem; }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.2rem; margin-top: 2.6rem; }
.chart { margin: 0; padding: 1.2rem 1.3rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; }
.chart.full { grid-column: 1 / -1; }
.chart > svg { display: block; width: 100%; height: auto; margin-top: 0.9rem; overflow: visible; }
.chart > .medium, .chart > .narrow { display: none; }
@media (max-width: 56rem) {
  .charts { grid-template-columns: minmax(0, 1fr); }
  .chart > .wide, .chart > .half { display: none; }
  .chart > .medium { display: block; }
}
@media (max-width: 40rem) {
  .chart { padding: 1rem 0.9rem 0.8rem; }
  .chart > .medium { display: none; }
  .chart > .narrow { display: block; }
}
svg text { fill: var(--soft); font-size: 12px; }
svg .lane { fill: var(--ink); font-size: 13px; }
svg .middle { text-anchor: middle; } svg .end { text-anchor: end; } svg .start { text-anchor: start; }
.grid { stroke: var(--faint); } .base { stroke: var(--line); } .zero { stroke: var(--soft); }
.bar:hover { opacity: 0.7; }
.done, .answer, .spent-mark { fill: var(--done); } .failed, .refusing, .lost { fill: var(--failed); }
.overloaded, .trying { fill: var(--overloaded); } .throttled, .pausing { fill: var(--throttled); }
.otherwise, .other { fill: var(--otherwise); } .unknown { fill: var(--unknown); } .left, .waiting { fill: var(--left); }
.serving { fill: var(--done); opacity: 0.55; } .track { fill: var(--faint); }
.whisker { fill: none; stroke: var(--done); stroke-width: 1.4; opacity: 0.75; } .whisker-mark { fill: var(--done); opacity: 0.45; }
.spent-area { fill: var(--wash); } .spent-line { fill: none; stroke: var(--done); stroke-width: 2; stroke-linejoin: round; }
details { margin-top: 0.8rem; font-size: 0.88rem; }
summary { width: fit-content; cursor: pointer; color: var(--soft); }
summary:hover { color: var(--ink); }
.scroll { max-height: 26rem; margin-top: 0.7rem; overflow: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.86rem; }
th, td { padding: 0.4rem 1.1rem 0.4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; }
thead th { position: sticky; top: 0; background: var(--card); font-size: 0.78rem; color: var(--soft); white-space: nowrap; }
section:not(.chart) > .scroll thead th, section:not(.chart) > details thead th { background: var(--paper); }
.numbers th + th, .numbers td { padding-right: 0; padding-left: 1.1rem; text-align: right; white-space: nowrap; }
.text td { min-width: 4rem; overflow-wrap: anywhere; } .text td:has([dir]) { min-width: 14rem; } .text code { white-space: nowrap; }
.find { display: flex; flex-wrap: wrap; align-items: center; gap: 0.6rem; margin-top: 0.9rem; font-size: 0.9rem; color: var(--soft); }
.find[hidden] { display: none; }
input { width: min(22rem, 100%); padding: 0.45rem 0.7rem; font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 0.4rem; }
#sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(10.5rem, 42%), 1fr)); gap: 1.3rem 1rem; margin-top: 1.2rem; list-style: none; }
#sheet li { content-visibility: auto; contain-intrinsic-size: auto 10.5rem auto 15rem; min-width: 0; }
#sheet[hidden], #sheet li[hidden] { display: none; }
#sheet a { display: block; aspect-ratio: 1; background: var(--faint); border-radius: 0.35rem; overflow: hidden; }
#sheet img { display: block; width: 100%; height: 100%; object-fit: contain; font-size: 0.75rem; color: var(--soft); }
#sheet figcaption { margin-top: 0.45rem; font-size: 0.78rem; line-height: 1.35; color: var(--soft); overflow-wrap: anywhere; }
#sheet figcaption b { color: var(--ink); font-weight: 600; }
#sheet figcaption span { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
dialog { width: min(60rem, 94vw); max-height: 94vh; padding: 1rem; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; }
dialog::backdrop { background: #0b0d0ecc; }
dialog img { display: block; max-width: 100%; max-height: 74vh; margin: 0 auto; }
dialog figcaption { margin-top: 0.8rem; font-size: 0.9rem; overflow-wrap: anywhere; }
dialog form { display: flex; gap: 0.5rem; justify-content: flex-end; margin-top: 0.8rem; }
button { min-width: 2.75rem; padding: 0.4rem 0.8rem; font: inherit; color: inherit; background: var(--faint); border: 1px solid var(--line); border-radius: 0.4rem; cursor: pointer; }
article { margin-top: 1.2rem; }
.options { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 0 2rem; margin-top: 0.6rem; font-size: 0.86rem; }
.options div { display: flex; justify-content: space-between; gap: 1rem; padding: 0.35rem 0; border-bottom: 1px solid var(--line); }
.options dt { color: var(--soft); } .options dd { overflow-wrap: anywhere; text-align: right; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 0.8rem; color: var(--soft); }
@media print { .find, details:not([open]), dialog { display: none; } .chart { break-inside: avoid; } #sheet li { content-visibility: visible; break-inside: avoid; } }
`
