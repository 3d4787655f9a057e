import type { SQLInputValue } from 'node:sqlite'
import type { ItemQuery } from './journal.ts'
import { IN_INPUT } from './rows.ts'

/** The words in which SQLite is asked for these items, and what stands for its question marks. */
export function conditions({ states, leaders, sameAs, leaderEnded, after, evenRemoved }: ItemQuery): {
  where: string
  values: SQLInputValue[]
} {
  const all: [string, ...SQLInputValue[]][] = evenRemoved ? [] : [[IN_INPUT]]
  if (states !== undefined) all.push([`item.state IN (${states.map(() => '?').join(', ')})`, ...states])
  if (leaders) all.push(['item.same_as IS NULL'])
  if (sameAs !== undefined) all.push(['item.same_as = ?', sameAs])
  if (leaderEnded) all.push(["leader.state IN ('done', 'failed', 'unknown')"])
  if (after !== undefined) all.push(['item.seq > ?', after])
  return {
    where: all.length === 0 ? '' : `WHERE ${all.map(([condition]) => condition).join(' AND ')}`,
    values: all.flatMap(([, ...values]) => values),
  }
}
