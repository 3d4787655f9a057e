import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FAULTS } from './faults/table.ts'
import { checkScenario } from './scenario/check-scenario.ts'
import type { SimulatorError } from './simulator-error.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('the page for readers names every fault', () => {
  expect(Object.keys(FAULTS).filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
})

test('the page for readers names every setting', () => {
  let problem = ''
  try {
    checkScenario({ unknown: 1 })
  } catch (error) {
    problem = (error as SimulatorError).problems[0] ?? ''
  }
  const settings = problem.replace(/^.*known are /, '').split(', ')
  expect(settings.length).toBeGreaterThan(15)
  expect(settings.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
})
