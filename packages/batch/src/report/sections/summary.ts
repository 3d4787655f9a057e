import { isSimulated } from '../../journal/is-simulated.ts'
import type { ItemState, RunRecord } from '../../journal/records.ts'
import { answersOf, medianOf, type Span } from '../figures.ts'
import { markup, type Content, type Markup } from '../markup.ts'
import { count, listed, money, percent } from '../../words/amounts.ts'
import { duration } from '../../words/durations.ts'
import { moment } from '../../words/instants.ts'

/** The states that a reader tells apart, in the order in which they stand. */
const STATES: readonly (readonly [mark: string, text: string, states: readonly ItemState[]])[] = [
  ['done', 'made', ['done']],
  ['failed', 'failed', ['failed']],
  ['unknown', 'unknown', ['unknown']],
  ['left', 'left to do', ['waiting', 'sent', 'saving']],
]

/** What came of it, in the largest letters; then how it came about. */
export const summary = (run: RunRecord, span: Span, folder: string): Markup => {
  const total = run.items.length
  const made = run.counts.done
  const amounts = STATES.map(([mark, text, states]) => ({
    mark,
    text,
    amount: states.reduce((sum, state) => sum + run.counts[state], 0),
  })).filter(({ mark, amount }) => mark === 'done' || amount > 0)
  const label = amounts.map(({ text, amount }) => `${count(amount)} ${text}`).join(', ')
  return markup`<header>
<p class="kicker">Spillway run <span aria-hidden="true">·</span> <bdi>${folder}</bdi> <span aria-hidden="true">·</span> <time datetime="${new Date(span.from).toISOString()}">${moment(span.from)} UTC</time></p>
<h1><strong>${count(made)}</strong> ${made === total ? (total === 1 ? 'picture' : 'pictures') : `of ${count(total)} pictures`}</h1>
${simulatedOf(run)}
${run.runningPid !== undefined && markup`<p class="running">The run is at work: this is how it stood on ${moment(span.to)} UTC.</p>`}
<svg class="share" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${label}.">${bar(amounts, total)}</svg>
<ul class="legend">${amounts.map(({ mark, text, amount }) => markup`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${mark}" width="10" height="10" rx="2" /></svg>${count(amount)} ${text}, ${percent(amount, total)}</li>`)}</ul>
${facts(run, span)}
</header>`
}

/** Before any figure: none of them says anything of a provider. */
const simulatedOf = ({ launches }: RunRecord): Markup | false => {
  const simulated = launches.filter(isSimulated)
  if (simulated.length === 0) return false
  const some = `In ${listed(simulated.map(({ number }) => `launch ${count(number)}`))} no`
  const [which, who] = simulated.length === launches.length ? ['Simulated', 'No'] : ['Simulated in part', some]
  return markup`<p class="simulated"><strong>${which}.</strong> ${who} provider was asked and nothing was paid: pictures, times and costs are those of a scenario.</p>`
}

const bar = (amounts: readonly { readonly mark: string; readonly amount: number }[], total: number): Markup[] => {
  let x = 0
  return amounts.map(({ mark, amount }) => {
    const width = (1000 * amount) / Math.max(1, total)
    x += width
    return markup`<rect class="${mark}" x="${(x - width).toFixed(1)}" width="${width.toFixed(1)}" height="10" />`
  })
}

const facts = (run: RunRecord, span: Span): Markup => {
  const { attempts, items, cost } = run
  const answers = answersOf(attempts)
  const refused = attempts.filter(({ verdict }) => verdict === 'overloaded' || verdict === 'throttled').length
  const free = items.filter(({ state, made }) => state === 'done' && made?.source !== 'request').length
  const asked = run.counts.done - free
  const fact = (name: string, value: string, more?: Content): Markup =>
    markup`<div><dt>${name}</dt><dd>${value}${more !== undefined && more !== false && markup`<small>${more}</small>`}</dd></div>`
  return markup`<dl class="facts">${[
    fact('took', duration(span.to - span.from), `until ${moment(span.to)} UTC`),
    fact(
      'cost',
      cost > 0 ? money(cost) : '–',
      cost > 0 ? asked > 0 && `${money(cost / asked)} for each picture` : 'no prices were given',
    ),
    fact('requests', count(attempts.length), asked > 0 && `${(attempts.length / asked).toFixed(2)} for each picture`),
    fact('refused', count(refused), `${percent(refused, attempts.length)} of the requests`),
    fact('answer', answers.length > 0 ? duration(medianOf(answers)) : '–', 'the middle of all that came'),
    free > 0 && fact('for nothing', count(free), 'from the cache, or the same as another'),
  ]}</dl>`
}
