import type { Report } from "../report.ts";
import { type Markup, markup, outside } from "./escape.ts";
import { renderCluster } from "./page_cluster.ts";
import { renderEvents } from "./page_timeline.ts";
import { renderFigures } from "./page_figures.ts";
import { renderInput } from "./page_input.ts";
import { renderWorkloads } from "./page_workloads.ts";
import { SCRIPT } from "./page_script.ts";
import { STYLE } from "./page_style.ts";
import {
  describeFindings,
  describeIdle,
  describeNotes,
  describeRun,
  describeTitle,
  describeTroubles,
} from "./words.ts";

/** The report as one HTML file that asks no network for anything, and needs no script to be read. */
export function renderPage(report: Report): string {
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="spotalis ${report.version}">
<title>${describeTitle(report)} – spotalis simulate</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
${HATCH}
${renderHeader(report)}
<main>
${renderFigures(report)}
${renderCluster(report)}
${renderWorkloads(report)}
${renderEvents(report)}
${renderInput(report)}
</main>
<footer><p>Written by spotalis ${report.version}. The same numbers, and more, are in its JSON.</p></footer>
<script>${{ html: SCRIPT }}</script>
</body>
</html>
`.html;
}

/** What marks a stretch of a chart; all charts share it. */
const HATCH = markup`<svg class="unseen" aria-hidden="true" width="0" height="0"><defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line y2="6"/></pattern>
</defs></svg>`;

const CONTENTS = [
  ["figures", "Answer"],
  ["cluster", "Cluster"],
  ["workloads", "Workloads"],
  ["events", "Events"],
  ["findings", "Not as meant"],
  ["notes", "Not simulated"],
  ["assumptions", "Assumed"],
  ["nodegroups", "Node groups"],
] as const;

function renderHeader(report: Report): Markup {
  const contents = CONTENTS.filter(([id]) => id !== "findings" || report.findings.length > 0);
  return markup`<header>
<p class="over">spotalis simulate</p>
<h1>${outside(describeTitle(report))}</h1>
<p class="lead">${outside(describeRun(report))}</p>
${callout(describeIdle(report))}${callout(describeFindings(report), "findings")}${
    callout(describeTroubles(report), "workloads")
  }${callout(describeNotes(report), "notes")}
<nav aria-label="Contents"><ul>${
    contents.map(([id, text]) => markup`<li><a href="#${id}">${text}</a></li>`)
  }</ul></nav>
</header>`;
}

function callout(text: string | undefined, id?: string): Markup | undefined {
  if (text === undefined) return undefined;
  return markup`<p class="callout">${text}${
    id === undefined ? undefined : markup` <a href="#${id}">See which.</a>`
  }</p>`;
}
