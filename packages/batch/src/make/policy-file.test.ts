import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvalidOptionsError, standardPipeline } from '@spillway/core'
import { describe, expect, it } from 'vitest'
import { PolicyFileError, readPolicy, readPolicyFile } from './policy-file.ts'

const fileOf = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'spillway-policy-')), 'policy.json')
  writeFileSync(path, text)
  return path
}

describe('a policy file', () => {
  it('says everything that is data, and makes objects of what code gives as objects', async () => {
    const path = fileOf(
      JSON.stringify({
        timeout: { totalMs: null, attemptMs: 600_000 },
        schedule: { profile: [{ fromHour: 0, level: 'low' }], busyConcurrency: 2 },
        retry: { backoff: { initialDelayMs: 500 }, maxAttempts: 5 },
        adaptiveConcurrency: { limit: { initial: 8, max: 16 }, paceMs: 1000 },
        circuitBreaker: { halfOpenAfter: 5000 },
        rateLimit: { quotas: [{ permits: 10, per: 'minute' }] },
        hedge: false,
      }),
    )
    const policy = await readPolicyFile(path)
    expect(policy.timeout).toEqual({ totalMs: Infinity, attemptMs: 600_000 })
    expect(policy.hedge).toBe(false)
    expect(policy.schedule && policy.schedule.profile?.levelAt(0)).toBe('low')
    expect(policy.adaptiveConcurrency && policy.adaptiveConcurrency.limit?.().current).toBe(8)
    const described = standardPipeline(policy).describe()
    expect(described.map(({ name }) => name)).not.toContain('hedge')
    expect(described.map(({ name }) => name)).toContain('schedule')
  })

  it.each([
    [{ retries: {} }, /^policy\.retries must be one of timeout, /],
    [{ retry: { maxTries: 3 } }, /^policy\.retry\.maxTries must be one of maxAttempts, /],
    [{ retry: { shouldHandle: 'yes' } }, /^policy\.retry\.shouldHandle must be one of /],
    [{ retry: { maxAttempts: 0 } }, /^retry\.maxAttempts must be an integer of at least 1 or Infinity, got 0\.$/],
    [{ timeout: false }, /^policy\.timeout must be an object, got false\.$/],
    [{ rateLimit: { quotas: [{ permits: 'ten' }] } }, /^rateLimit\.quotas\[0\]\.permits must be /],
    [{ adaptiveConcurrency: { limit: { min: 9, max: 3 } } }, /^aimdLimit\.max must be at least min/],
    [{ schedule: { profile: [{ fromHour: 25, level: 'low' }] } }, /^loadProfile\[0\]\.fromHour must be/],
    [[], /^policy must be an object, got an array of 0\.$/],
  ])('refuses %j with the option and what it takes', (json, message) => {
    expect(() => readPolicy(json)).toThrow(InvalidOptionsError)
    expect(() => readPolicy(json)).toThrow(message)
  })

  it('names the file that cannot be read, is no JSON or says what cannot be', async () => {
    await expect(readPolicyFile('/nowhere/policy.json')).rejects.toThrow(
      /^\/nowhere\/policy\.json: there is no such file/,
    )
    const broken = fileOf('{ "retry": ')
    await expect(readPolicyFile(broken)).rejects.toThrow(`${broken}: `)
    await expect(readPolicyFile(fileOf('{"hedge":{"maxHedges":-1}}'))).rejects.toThrow(PolicyFileError)
  })
})
