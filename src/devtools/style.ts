/** The panel's style. It lives in a shadow tree, so neither the page nor the panel changes the other. */
export const style = `
:host {
  all: initial;
  color-scheme: light dark;
  --ground: light-dark(#fff, #17211f);
  --sunk: light-dark(#f1f5f3, #0f1716);
  --ink: light-dark(#16221f, #e4ece9);
  --soft: light-dark(#51605b, #a3b3ae);
  --line: light-dark(#d2dcd7, #2c3a37);
  --edge: light-dark(#8b9a95, #6c7d78);
  --accent: light-dark(#0b665a, #6bcdb8);
  --on-accent: light-dark(#fff, #062019);
  --wait: light-dark(#7d5200, #f2c66d);
  --good: light-dark(#12663a, #86d9a8);
  --bad: light-dark(#9c2329, #ffaca6);
  position: fixed;
  z-index: 2147483647;
  inset: auto 0 0 0;
  font: 13px/1.45 system-ui, sans-serif;
  color: var(--ink);
  pointer-events: none;
}
* { box-sizing: border-box; }
.toggle, .panel { pointer-events: auto; }
button { font: inherit; color: inherit; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.toggle {
  display: block; margin: 0 12px 12px auto; padding: 6px 12px; border: 1px solid var(--edge); border-radius: 99px;
  background: var(--ground); box-shadow: 0 2px 8px rgb(0 0 0 / 25%);
}
[hidden] { display: none !important; }
.panel {
  display: flex; flex-direction: column; max-height: min(60vh, 560px); border-top: 1px solid var(--edge);
  background: var(--ground); box-shadow: 0 -4px 16px rgb(0 0 0 / 20%);
}
header { display: flex; gap: 12px; align-items: center; padding: 6px 12px; border-bottom: 1px solid var(--line); }
header p { flex: 1; overflow: hidden; color: var(--soft); text-overflow: ellipsis; white-space: nowrap; }
header button { padding: 3px 10px; border: 1px solid var(--edge); border-radius: 6px; background: none; }
h2, h3, p, ul, dl, dd, figure { margin: 0; padding: 0; }
h2 { font-size: 14px; }
h3 { margin-bottom: 6px; color: var(--soft); font-size: 12px; font-weight: 600; }
.body { display: grid; grid-template-columns: minmax(230px, 1fr) minmax(280px, 1.4fr) auto; overflow: auto; }
.body > div { padding: 10px 12px; }
.body > div + div { border-left: 1px solid var(--line); }
section + section { margin-top: 14px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 12px; }
dt { color: var(--soft); }
dd, li { overflow-wrap: anywhere; }
code { white-space: nowrap; }
code, text, .at { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 12px; }
ul { list-style: none; }
li { padding: 3px 0; border-top: 1px solid var(--line); }
li:first-child { border-top: 0; }
li small, .at { color: var(--soft); font-size: 12px; }
.delivered { color: var(--good); }
.dropped, .warning { color: var(--bad); }
.waiting { color: var(--wait); }
.why { margin-top: 6px; color: var(--soft); }
.charts { display: flex; flex-wrap: wrap; gap: 12px; align-content: start; background: var(--sunk); }
figcaption { margin-bottom: 4px; color: var(--soft); font-size: 12px; }
figure { max-width: 100%; }
svg { display: block; max-width: 100%; height: auto; }
text { fill: var(--ink); text-anchor: middle; }
.state rect { fill: var(--ground); stroke: var(--edge); }
.state.is-on rect { fill: var(--accent); stroke: var(--accent); }
.state.is-on text { fill: var(--on-accent); font-weight: 600; }
.line { fill: none; stroke: var(--edge); }
.head { fill: var(--edge); }
.is-last .line { stroke: var(--wait); stroke-width: 2.5; }
.is-last .head { fill: var(--wait); }
@media (max-width: 900px) {
  .panel { max-height: 70vh; }
  .body { grid-template-columns: minmax(0, 1fr); }
  .body > div + div { border-top: 1px solid var(--line); border-left: 0; }
}
`;
