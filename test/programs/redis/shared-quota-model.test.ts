import { memorySharedQuotaStore, type QuotaPlan, type SharedGrant, type UnitCosts } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { redisConnection, redisSharedQuota } from '@spillway/redis'
import { fc } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { clients } from './clients.ts'
import { redisUrl } from './redis-server.ts'

/** So long that no time passes in it: what is compared is the arithmetic. */
const PERIOD_MS = 1e11

const plans: readonly QuotaPlan[] = [
  { unit: 'requests', permits: 6, periodMs: PERIOD_MS, smooth: false, reset: undefined },
  { unit: 'tokens', permits: 100, periodMs: PERIOD_MS, smooth: false, reset: undefined },
  { unit: 'images', permits: 8, periodMs: 86_400_000, smooth: false, reset: () => 4e12 },
]

/** In eighths, which add up exactly. */
const amount = (max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.nat(max),
    fc.nat(8 * max).map((n) => n / 8),
  )
const costs: fc.Arbitrary<UnitCosts> = fc.record({ requests: amount(3), tokens: amount(150), images: amount(3) })
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const), costs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('spent' as const), costs }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const), costs, which: fc.nat(5) }) },
)

test('a shared quota in Redis decides as the one in memory does, whatever is taken, settled and spent alone', async (context) => {
  const redis = redisConnection(await clients[0]!.open(context, await redisUrl(context)), {
    prefix: `spillway-test:${Math.random()}`,
    deadlineMs: 5000,
  })
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const memory = memorySharedQuotaStore({ clock: new VirtualClock(Date.now()) }).open('', plans)
      const shared = redisSharedQuota(redis, { name: String(run++) }).open('', plans)
      const grants: [SharedGrant, SharedGrant][] = []
      for (const { kind, ...rest } of steps) {
        if (kind === 'take') {
          const [own, other] = [await memory.take(rest.costs), await shared.take(rest.costs)]
          expect(other.kind).toBe(own.kind)
          if (own.kind === 'granted' && other.kind === 'granted') grants.push([own.grant, other.grant])
          // Rounded up to a two-hundredth of the period; a calendar day is the longest wait where it is full.
          if (own.kind === 'wait' && other.kind === 'wait' && own.readyInMs < 2e12)
            expect(Math.abs(other.readyInMs - own.readyInMs)).toBeLessThan(PERIOD_MS / 200 + 60_000)
        } else if (kind === 'spent') grants.push([memory.spent(rest.costs), shared.spent(rest.costs)])
        else if ('which' in rest) {
          // Each is settled once.
          const [pair] = grants.splice(rest.which, 1)
          if (pair === undefined) continue
          memory.settle(pair[0], rest.costs)
          shared.settle(pair[1], rest.costs)
        }
      }
      shared.dispose()
    }),
    { numRuns: 60 },
  )
}, 120_000)
