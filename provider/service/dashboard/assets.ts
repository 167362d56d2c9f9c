/** Style and script of the page. They are parts of the program, so that no build step makes them and no file gets lost. */

export const style = `:root { color-scheme: light dark; --text: #1b1f24; --quiet: #57606a; --back: #fff; --edge: #d0d7de; --good: #116329;
  --warning: #7d4e00; --critical: #a40e26; --mark: #0b57a4; --band: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --quiet: #9aa4af; --back: #0d1117; --edge: #3d444d; --good: #56d364;
  --warning: #e3b341; --critical: #ff8b84; --mark: #79b8ff; --band: #161b22; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 0 1rem; max-width: 76rem; color: var(--text); background: var(--back); font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--mark); }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--back); padding: .5rem; }
header, footer { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
header { border-bottom: 1px solid var(--edge); }
footer { border-top: 1px solid var(--edge); margin-top: 2rem; }
header p, footer p, small, caption { color: var(--quiet); }
h1 { font-size: 1.3rem; margin: .7rem 0; }
h1 a { color: inherit; text-decoration: none; }
h2 { font-size: 1.15rem; margin: 1.6rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 0; }
small { display: block; font-size: .8rem; }
code { font-size: .85rem; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 0; }
.figure { border: 1px solid var(--edge); border-left-width: .35rem; border-radius: .4rem; padding: .5rem .75rem; }
.figure.good { border-left-color: var(--good); }
.figure.bad { border-left-color: var(--critical); }
.figure dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.alerts { list-style: none; padding: 0; }
.alerts li, .banner { border-left: .35rem solid var(--warning); padding: .3rem .75rem; margin: .4rem 0; background: var(--band); overflow-wrap: anywhere; }
.alerts li.critical, .banner { border-left-color: var(--critical); }
.critical, td.bad { color: var(--critical); }
li.critical { color: inherit; }
li.critical strong { color: var(--critical); }
.warning, li.warning strong { color: var(--warning); }
li.warning { color: inherit; }
.well, td.normal { color: var(--good); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-size: .85rem; padding-bottom: .25rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--edge); overflow-wrap: anywhere; }
thead th { color: var(--quiet); font-weight: 600; font-size: .85rem; }
.spark, .axis { fill: none; stroke: var(--mark); stroke-width: 1.5; stroke-linecap: round; vertical-align: middle; max-width: 100%; }
.spark { overflow: visible; stroke-width: 2; }
.spark .allowed { stroke: var(--critical); stroke-width: 1; stroke-dasharray: 3 3; }
.axis { width: 100%; }
.axis circle { fill: var(--mark); stroke: var(--back); }
.axis circle.AppConsistent { fill: var(--good); }
.axis text { fill: var(--quiet); stroke: none; font-size: 16px; }
.groups { margin: .25rem 0; padding-left: 1.5rem; }
input, button { font: inherit; padding: .3rem .6rem; border: 1px solid var(--edge); border-radius: .3rem; background: var(--band); color: inherit; }
form, nav { margin: .5rem 0; }
@media (max-width: 44rem) {
  thead { position: absolute; left: -100rem; }
  tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--edge); }
  tbody th, td { display: flex; justify-content: flex-end; gap: .5rem; border: 0; padding: .1rem 0; text-align: right; }
  tbody th { font-size: 1.05rem; justify-content: flex-start; }
  td::before { content: attr(data-of); color: var(--quiet); margin-right: auto; }
  td small { align-self: center; }
}
`;

export const script = `const local = () => {
  for (const time of document.querySelectorAll("time:not([title])")) {
    const at = new Date(time.dateTime);
    time.title = time.textContent;
    time.textContent = time.id === "seen" ? at.toLocaleTimeString() : at.toLocaleString([], { dateStyle: "short", timeStyle: "short" });
  }
};
const isBusy = () => document.querySelector("main input:focus") !== null || String(getSelection()) !== "";
async function show() {
  if (isBusy()) return;
  const answer = await fetch(location.href);
  const seen = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = document.activeElement?.getAttribute?.("href");
  for (const part of ["main", "header p"]) document.querySelector(part).replaceChildren(...seen.querySelector(part).childNodes);
  if (focused) document.querySelector("main a[href=" + CSS.escape(focused) + "]")?.focus();
  local();
}
local();
const looks = new EventSource("looks");
const say = (text) => { document.getElementById("line").textContent = text; };
looks.addEventListener("look", () => void show().catch(() => say("the service does not answer")));
looks.addEventListener("error", () => say("the service does not answer; what is shown is old"));
`;
