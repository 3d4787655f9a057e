import { createHash } from 'node:crypto'
import { basename, resolve } from 'node:path'
import { isSimulated } from '../journal/is-simulated.ts'
import type { RunRecord } from '../journal/records.ts'
import { costChart } from './charts/cost-chart.ts'
import { lanesChart } from './charts/lanes-chart.ts'
import { latencyChart } from './charts/latency-chart.ts'
import { outcomesChart } from './charts/outcomes-chart.ts'
import { costsOf, lanesOf, latencyOf, outcomesOf, spanOf } from './figures.ts'
import { markup, render, trusted, type Markup } from './markup.ts'
import { SCRIPT } from './script.ts'
import { contactSheet, type PictureSource } from './sections/contact-sheet.ts'
import { endpointTable } from './sections/endpoints.ts'
import { failures, unknowns } from './sections/failures.ts'
import { launches } from './sections/launches.ts'
import { summary } from './sections/summary.ts'
import { STYLE } from './style.ts'
import { instant } from '../words/instants.ts'

/** Only this style and this script, pictures from beside or within the page, and nothing else from anywhere. */
const POLICY = [
  "default-src 'none'",
  `style-src '${hash(STYLE)}'`,
  `script-src '${hash(SCRIPT)}'`,
  "img-src 'self' file: data:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** A run as one page. `now` is when it is written, in milliseconds since 1970 UTC. */
export const reportPage = (run: RunRecord, source: PictureSource, now: number): string => {
  const span = spanOf(run, now)
  const folder = basename(resolve(run.folder))
  const lanes = lanesOf(run, span)
  const hours = latencyOf(run)
  const costs = costsOf(run)
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${folder}: ${run.counts.done} of ${run.items.length} pictures${run.launches.some(isSimulated) && ', simulated'}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<main>
${summary(run, span, folder)}
<div class="charts">
${chart('outcomes', 'What came when', outcomesChart(outcomesOf(run, span), span), 'full')}
${hours.length > 0 && chart('latency', 'How long answers took', latencyChart(hours))}
${costs.length > 0 && chart('cost', 'What it cost', costChart(costs, span))}
${lanes.length > 0 && chart('endpoints', 'Endpoints', markup`${lanesChart(lanes, span)}${endpointTable(run)}`, 'full')}
</div>
${unknowns(run)}
${failures(run)}
${contactSheet(run, source)}
${launches(run)}
<footer>Made by <a href="https://github.com/spillway/spillway" rel="noreferrer">Spillway</a> on ${instant(now)}. All times are UTC; costs are in the currency of the prices.</footer>
</main>
${/* In the template itself the builder would replace the end tag by a helper that no package has. */ trusted(`<script>${SCRIPT}</script>`)}
</body>
</html>
`
  return render(page)
}

const chart = (id: string, title: string, content: Markup, kind = 'half'): Markup =>
  markup`<section id="${id}" class="chart ${kind}"><h2>${title}</h2>${content}</section>`
