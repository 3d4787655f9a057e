import { loadProfile, standardPipeline } from '@spillway/core'
import { describe, expect, it } from 'vitest'
import { batchPolicy } from './batch-policy.ts'

describe('the policy of a run', () => {
  it('has a quota for each limit that is named, and the rest of the policy as it was', () => {
    const policy = { rateLimit: { learn: false }, hedge: false, bulkhead: { order: 'fifo' } } as const
    const limits = { requestsPerMinute: 10, tokensPerMinute: 9000, imagesPerDay: 1000, maxConcurrency: 4 }
    const made = batchPolicy({ policy, ...limits })
    expect(made).toEqual({
      hedge: false,
      bulkhead: { order: 'fifo', maxConcurrency: 4 },
      rateLimit: {
        learn: false,
        quotas: [
          { permits: 10, periodMs: 61_000, pace: 'smooth' },
          { unit: 'tokens', permits: 9000, periodMs: 61_000 },
          { unit: 'images', permits: 1000, per: 'day' },
        ],
      },
    })
    standardPipeline(made).dispose()
  })

  it('keeps what the policy says where nothing is named', () => {
    const policy = { rateLimit: { quotas: [{ permits: 3 }] } } as const
    expect(batchPolicy({ policy })).toEqual(policy)
    expect(batchPolicy({})).toEqual({})
  })

  it('names limits beside what the policy says of calls at work, in the place of its other quotas', () => {
    const policy = { rateLimit: { quotas: [{ permits: 3 }, { maxConcurrency: 8 }] } } as const
    const { rateLimit } = batchPolicy({ policy, imagesPerDay: 5 })
    expect(rateLimit && rateLimit.quotas).toEqual([{ unit: 'images', permits: 5, per: 'day' }, { maxConcurrency: 8 }])
  })

  it('teaches its profile in any case, and waits for calm hours only off-peak', () => {
    const profile = loadProfile()
    for (const offPeak of [false, true]) {
      const { schedule } = batchPolicy({ profile, offPeak })
      expect(schedule && schedule.profile).toBe(profile)
      expect(schedule && schedule.deferrable?.(undefined as never)).toBe(offPeak)
    }
  })

  it.each([
    [{ requestsPerMinute: 0 }, /^batchPolicy\.requestsPerMinute must be a number above 0/],
    [{ tokensPerMinute: -1 }, /^batchPolicy\.tokensPerMinute must/],
    [{ imagesPerDay: Number.NaN }, /^batchPolicy\.imagesPerDay must/],
  ])('refuses %j', (options, words) => {
    expect(() => batchPolicy(options)).toThrow(words)
  })
})
