import { expect, test } from 'vitest'
import { afternoon } from './afternoon.ts'

test('the page stays green; the calls know better, the channel is told why, and that it is over', async () => {
  const lines: string[] = []
  await afternoon((line) => lines.push(line), 120)
  const told = lines.map((line) => line.slice('00:00  '.length))
  expect(told.filter((line) => line.startsWith('page'))).toEqual(['page      operational'])
  expect(told.filter((line) => line.startsWith('calls')).map((line) => line.replace(/, it was.*/, ''))).toEqual(
    expect.arrayContaining(['calls     official is healthy', 'calls     official is overloaded']),
  )
  const alerts = told.filter((line) => line.startsWith('#alerts'))
  expect(alerts).toHaveLength(4)
  expect(alerts[0]).toMatch(/warning: \d\d % of the attempts at official, a-model are refused for want of capacity/)
  expect(alerts[1]).toMatch(
    /status page says operational; \d\d % of our attempts at official, a-model were refused for 5 minutes/,
  )
  // Which is over first depends on the last calls of the window.
  const over = alerts.slice(2).map((line) => /resolved after \d+ minutes: .*\[(.*)\]$/.exec(line)?.[1])
  expect(new Set(over)).toEqual(new Set(['overload', 'status-disagrees']))
  expect(told.at(-1)).toMatch(/^in the end healthy: \d+ attempts/)
}, 40_000)
