import type { Lane, Span } from '../figures.ts'
import { markup, type Markup } from '../markup.ts'
import { duration } from '../../words/durations.ts'
import { moment } from '../../words/instants.ts'
import { both, legend, numbers, timeAxis, timeScale, type Frame } from './frame.ts'

/** What the words of a pipeline mean to somebody who reads a report, and their colour. */
const STATES: Readonly<Record<string, readonly [mark: string, text: string]>> = {
  closed: ['serving', 'in use'],
  open: ['refusing', 'left alone'],
  'half-open': ['trying', 'being tried'],
  isolated: ['refusing', 'taken out by hand'],
  paused: ['pausing', 'pausing for its quota'],
  waiting: ['waiting', 'waited for'],
}

const markOf = (state: string): readonly [string, string] =>
  (Object.hasOwn(STATES, state) ? STATES[state] : undefined) ?? ['other', state]

const WAITS: Readonly<Record<string, string>> = {
  schedule: 'calm hours',
  quota: 'quota',
  overloaded: 'the provider, overloaded',
  disk: 'the disk',
}

const nameOf = ({ name, endpoint, spans }: Lane): string => {
  if (spans[0]?.state !== 'waiting') return name
  const reason = (Object.hasOwn(WAITS, name) ? WAITS[name] : undefined) ?? name
  return `Waiting: ${reason}${endpoint === undefined ? '' : ` at ${endpoint}`}`
}

const LANE = 42

/** One lane for each endpoint and each reason to wait: what it was when. */
export const lanesChart = (lanes: readonly Lane[], span: Span): Markup => {
  const totals = lanes.map((lane) => {
    const byState = Map.groupBy(lane.spans, ({ state }) => state)
    return [...byState].map(([state, spans]) => ({
      lane: nameOf(lane),
      state: markOf(state)[1],
      times: spans.length,
      ms: spans.reduce((sum, { from, to }) => sum + to - from, 0),
    }))
  })
  const label = `Endpoints and waits over time. ${totals
    .flat()
    .map(({ lane, state, ms }) => `${lane}: ${state} ${duration(ms)}`)
    .join('; ')}.`
  const draw = (frame: Frame): Markup[] => {
    const place = { ...frame, left: 2 }
    const x = timeScale(span, place)
    return [
      ...lanes.map(
        (lane, i) =>
          markup`<g
            ><text class="lane" x="2" y="${i * LANE + 13}">${nameOf(lane)}</text
            ><rect
              class="track"
              x="2"
              y="${i * LANE + 19}"
              width="${place.right - 2}"
              height="15"
              rx="2"
            />${lane.spans.map(
              ({ from, to, state }) =>
                markup`<rect
                  class="${markOf(state)[0]}"
                  x="${x(from)}"
                  y="${i * LANE + 19}"
                  width="${Math.max(1, x(to) - x(from))}"
                  height="15"
                  ><title>${`${markOf(state)[1]}, ${duration(to - from)}\nfrom ${moment(from)}`}</title></rect
                >`,
            )}</g
          >`,
      ),
      timeAxis(span, place),
    ]
  }
  const states = [...new Set(lanes.flatMap(({ spans }) => spans.map(({ state }) => state)))]
  const marks = new Map(states.map((state) => [markOf(state)[1], markOf(state)[0]]))
  return markup`${both('wide', lanes.length * LANE + 30, label, draw)}${legend([...marks].map(([text, mark]) => [mark, text]))}${numbers(
    ['endpoint', 'state', 'times', 'together'],
    totals.flat().map(({ lane, state, times, ms }) => [lane, state, times, duration(ms)]),
  )}`
}
