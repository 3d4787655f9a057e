import type { ItemRecord, RunRecord } from '../../journal/records.ts'
import { markup, type Markup } from '../markup.ts'
import { table } from '../table.ts'
import { count } from '../../words/amounts.ts'

/** More lines than this nobody reads here; all of them are in errors.jsonl. */
const MOST_LINES = 500
const LONGEST_PROMPT = 240

export const shortened = (prompt: string): string =>
  prompt.length > LONGEST_PROMPT ? `${prompt.slice(0, LONGEST_PROMPT)}…` : prompt

/** What failed, by reason and one by one; nothing where nothing did. */
export const failures = ({ items }: RunRecord): Markup | false => {
  const failed = items.filter(({ state }) => state === 'failed')
  if (failed.length === 0) return false
  const reasons = [...Map.groupBy(failed, ({ error }) => JSON.stringify([error?.code, error?.message]))]
    .map(([, same]) => same)
    .toSorted((a, b) => b.length - a.length)
  const rows = reasons
    .slice(0, 50)
    .map((same) => [count(same.length), of(same[0]?.error?.message), markup`<code>${same[0]?.error?.code}</code>`])
  return markup`<section id="failed"><h2>Failed <span class="number">${count(failed.length)}</span></h2>
<p class="note">Each is a line of <code>errors.jsonl</code>, which can be run again as it is.</p>
${table('Reasons', ['items', 'reason', 'code'], rows, 'text')}
${itemList(failed, 'All that failed')}</section>`
}

/** What nobody knows the end of. */
export const unknowns = ({ items }: RunRecord): Markup | false => {
  const unknown = items.filter(({ state }) => state === 'unknown')
  if (unknown.length === 0) return false
  return markup`<section id="unknown"><h2>Unknown <span class="number">${count(unknown.length)}</span></h2>
<p class="note">A request for each of these had left when the process ended, and nobody knows whether it was served or billed. They are not asked for again unless you say so: <code>spillway run … --on-unknown again</code>.</p>
${itemList(unknown, 'All of them', true)}</section>`
}

const itemList = (items: readonly ItemRecord[], title: string, open = false): Markup => {
  const rows = items
    .slice(0, MOST_LINES)
    .map(({ id, line, prompt, attempts, error }) => [
      markup`<bdi>${id}</bdi>`,
      count(line),
      of(shortened(prompt)),
      count(attempts),
      markup`<code>${error?.code}</code>`,
    ])
  const more = items.length - MOST_LINES
  return markup`<details ${open && markup`open`}><summary>${title}</summary>
${table(title, ['id', 'line', 'prompt', 'requests', 'code'], rows, 'text')}
${more > 0 && markup`<p class="note">And ${count(more)} more.</p>`}</details>`
}

/** Text in whatever direction it is written. */
const of = (text: string | undefined): Markup => markup`<span dir="auto">${text}</span>`
