import { describe, expect, test } from 'vitest'
import {
  combineClassifiers,
  defaultClassifier,
  InvalidOptionsError,
  isRejectedError,
  isSpillwayError,
  type Classifier,
} from '../index.ts'
import { BulkheadFullError, CircuitOpenError, TimeoutExceededError } from '../index.ts'
import { judgeError, judgeValue } from './classifier.ts'

describe('without an adapter', () => {
  test.each([
    [new Error('busy'), 'transient'],
    ['a string', 'transient'],
    [undefined, 'transient'],
    [new TypeError('x is not a function'), 'request_failed'],
    [new TypeError('fetch failed', { cause: new Error('ECONNRESET') }), 'transient'],
    [new ReferenceError('x is not defined'), 'request_failed'],
    [new SyntaxError('bad JSON'), 'request_failed'],
    [new RangeError('too deep'), 'request_failed'],
  ])('%s is %s', (error, kind) => {
    expect(defaultClassifier.error(error).kind).toBe(kind)
  })
})

const judged = (classifier: Classifier, broken: unknown[] = []) => ({
  call: { classifier },
  report: (_source: string, thrown: unknown) => void broken.push(thrown),
})

describe('several classifiers', () => {
  const knows = (word: string): { error(error: unknown): { kind: 'overloaded'; code: string } | undefined } => ({
    error: (error) => (error === word ? { kind: 'overloaded', code: word } : undefined),
  })
  const both = combineClassifiers(knows('a'), {
    ...knows('b'),
    value: (value) => (value === 0 ? { kind: 'empty' } : undefined),
  })

  test('the first that knows an error judges it', () => {
    expect([both.error('a'), both.error('b'), both.error('c')]).toMatchObject([{ code: 'a' }, { code: 'b' }, undefined])
  })

  test('what none knows is judged as without an adapter', () => {
    expect(judgeError('c', judged(both)).kind).toBe('transient')
    expect(judgeValue(0, judged(both)).kind).toBe('empty')
    expect(judgeValue(1, judged(both)).kind).toBe('success')
  })
})

test('a classifier that throws at a value decides nothing', () => {
  const broken: unknown[] = []
  const classifier = {
    error: () => undefined,
    value() {
      throw new Error('broken')
    },
  }
  expect(judgeValue(1, judged(classifier, broken)).kind).toBe('success')
  expect(broken).toHaveLength(1)
})

describe('an error of ours', () => {
  const all = [
    new TimeoutExceededError('total', 5),
    new CircuitOpenError('circuitBreaker', 'official', 10, new Error('503')),
    new BulkheadFullError('bulkhead', 'queue_full', 1, 0),
    new InvalidOptionsError('a', 1, 'b'),
  ]

  // trap: errors-are-known
  test('has a name and a code of its own', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
    expect(new Set(all.map(({ code }) => code)).size).toBe(all.length)
    for (const { name, code } of all)
      expect([name, code]).toEqual([expect.stringMatching(/Error$/), expect.stringMatching(/^ERR_SPILLWAY_[A-Z_]+$/)])
  })

  // trap: errors-are-known
  test('is known also from another copy of the package, and only when it is complete', () => {
    for (const error of all) expect(isSpillwayError(Object.assign(new Error('copy'), error))).toBe(true)
    expect(isSpillwayError({ isSpillwayError: true })).toBe(false)
    expect(isSpillwayError(null)).toBe(false)
    expect(isSpillwayError('text')).toBe(false)
  })

  test('is a refusal only where the provider was not asked', () => {
    expect(all.map((error) => isRejectedError(error))).toEqual([false, true, true, false])
  })
})
