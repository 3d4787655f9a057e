import type { RunRecord } from '../../journal/records.ts'
import { answersOf, medianOf } from '../figures.ts'
import { markup, type Markup } from '../markup.ts'
import { table } from '../table.ts'
import { count, money, percent } from '../../words/amounts.ts'
import { duration } from '../../words/durations.ts'

const HEAD = ['endpoint', 'model', 'requests', 'answered', 'refused', 'half within', 'cost']

/** Who was asked, and what came of it. */
export const endpointTable = ({ attempts }: RunRecord): Markup => {
  const places = Map.groupBy(attempts, ({ endpoint, model }) => JSON.stringify([endpoint, model]))
  const rows = [...places.values()].map((asked) => {
    const { endpoint, model } = asked[0] as RunRecord['attempts'][number]
    const answers = answersOf(asked)
    const refused = asked.filter(({ verdict }) => verdict === 'overloaded' || verdict === 'throttled').length
    const cost = asked.reduce((sum, each) => sum + each.cost, 0)
    return [
      markup`<bdi>${endpoint}</bdi>`,
      markup`<bdi>${model}</bdi>`,
      count(asked.length),
      percent(answers.length, asked.length),
      percent(refused, asked.length),
      answers.length > 0 ? duration(medianOf(answers)) : '–',
      cost > 0 ? money(cost) : '–',
    ]
  })
  return table('Endpoints', HEAD, rows)
}
