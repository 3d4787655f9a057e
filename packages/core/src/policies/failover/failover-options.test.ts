import { describe, expect, test } from 'vitest'
import { failover } from '../../index.ts'

const endpoints = [{ name: 'a' }, { name: 'b' }]

describe('failover', () => {
  test.each([
    [{ endpoints: [] }, 'failover.endpoints must be a list of at least one endpoint, got an array of 0.'],
    [{ endpoints: [{ name: '' }] }, "failover.endpoints[0].name must be a name, got ''."],
    [
      { endpoints: [{ name: 'a' }, { name: 'a' }] },
      "failover.endpoints[1].name must be unique within the pool, got 'a'.",
    ],
    [{ endpoints, order: 'random' }, "failover.order must be one of ranked, ordered, weighted, got 'random'."],
    [{ endpoints, queueOrder: 'lifo' }, "failover.queueOrder must be one of fifo, priority, deadline, got 'lifo'."],
    [{ endpoints, queueLimit: 0.5 }, 'failover.queueLimit must be an integer of at least 0 or Infinity, got 0.5.'],
    [{ endpoints, retries: 2 }, /^failover\.retries must be one of endpoints, name/],
    [
      { endpoints: [{ name: 'a', weight: -1 }] },
      'failover.endpoints[0].weight must be a number of at least 0, got -1.',
    ],
    [{ endpoints: [{ name: 'a', level: 0.5 }] }, /^failover\.endpoints\[0\]\.level must be an integer/],
    [
      { endpoints: [{ name: 'a', costPerCall: Number.NaN }] },
      /^failover\.endpoints\[0\]\.costPerCall must be a number/,
    ],
    [{ endpoints, ejectForMs: -1 }, /^failover\.ejectForMs must be a number/],
    [{ endpoints: { name: 'a' } }, 'failover.endpoints must be a list of at least one endpoint'],
    [{ endpoints: [null] }, 'failover.endpoints[0].name must be a name, got undefined.'],
    [{ endpoints: [{ name: 5 }] }, 'failover.endpoints[0].name must be a name, got 5.'],
    [
      { endpoints: [{ name: 'a', level: -1 }] },
      'failover.endpoints[0].level must be an integer of at least 0, got -1.',
    ],
    [
      { endpoints: [{ name: 'a', costPerCall: -1 }] },
      'failover.endpoints[0].costPerCall must be a number of at least 0',
    ],
    [{ endpoints: [{ name: 'a', keyId: '' }] }, "failover.endpoints[0].keyId must be a word, got ''."],
    [{ endpoints: [{ name: 'a', project: 5 }] }, 'failover.endpoints[0].project must be a word, got 5.'],
    [{ endpoints: [{ name: 'a', model: '' }] }, "failover.endpoints[0].model must be a word, got ''."],
    [{ endpoints, mayServe: true }, 'failover.mayServe must be a function, got true.'],
    [{ endpoints, maxCost: -1 }, 'failover.maxCost must be a number of at least 0 or Infinity, got -1.'],
    [{ endpoints, stickyKey: 'user' }, "failover.stickyKey must be a function, got 'user'."],
    [{ endpoints, ejectForMs: Infinity }, 'failover.ejectForMs must be a number of at least 0, got Infinity.'],
    [{ endpoints, maxEjectedRatio: 1.1 }, 'failover.maxEjectedRatio must be a number from 0 to 1, got 1.1.'],
    [{ endpoints, queueLimit: -1 }, 'failover.queueLimit must be an integer of at least 0 or Infinity, got -1.'],
  ])('refuses %o before any work', (options, message) => {
    expect(() => failover(options as never)).toThrow(message)
  })

  test('takes what is at the boundary', () => {
    const edge = [{ name: 'a', weight: 0, level: 0, costPerCall: 0, keyId: 'k', project: 'p', model: 'm' }]
    expect(() =>
      failover({ endpoints: edge, maxCost: 0, ejectForMs: 0, maxEjectedRatio: 1, queueLimit: 0 }),
    ).not.toThrow()
  })

  test('says what it is, and the endpoints by name alone', () => {
    const { name, kind, options } = failover({ endpoints, name: 'pool', order: 'ordered' })
    expect([name, kind, options]).toMatchObject([
      'pool',
      'failover',
      { name: 'pool', order: 'ordered', endpoints: ['a', 'b'] },
    ])
  })
})
