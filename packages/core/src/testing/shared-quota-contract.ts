import type { QuotaPlan, SharedAnswer } from '../policies/rate-limit/shared-quota-store.ts'
import type { TestRunner } from './policy-contract.ts'
import { sharedPlacesContract } from './shared-places-contract.ts'
import {
  check,
  granted,
  LONG_MS,
  longPlan,
  ONE,
  PERIOD_MS,
  plan,
  soonGranted,
  takeInTurn,
  trialsOf,
  waits,
  type SharedQuotaTrial,
} from './shared-quota-trial.ts'

/**
 * What every store of shared quotas must do, as tests: give everybody together what the quotas allow, in no period more, and
 * again what is given back.
 *
 * ```ts no-run
 * import { memorySharedQuotaStore } from '@spillway/core'
 * import { sharedQuotaContract, VirtualClock } from '@spillway/core/testing'
 * import { test } from 'vitest'
 *
 * const open = () => {
 *   const clock = new VirtualClock()
 *   const store = memorySharedQuotaStore({ clock })
 *   return { store, other: store, pass: (ms: number) => clock.advance(ms), now: () => clock.now() }
 * }
 * sharedQuotaContract('memory', open, { test })
 * ```
 *
 * @param name what the tests are called
 * @param open gives an empty store, and another handle on it
 * @param runner the test runner: `{ test }` of vitest
 */
export const sharedQuotaContract = (
  name: string,
  open: () => SharedQuotaTrial | PromiseLike<SharedQuotaTrial>,
  runner: TestRunner,
): void => {
  const trial = trialsOf(name, open, runner)
  sharedPlacesContract(name, open, runner)

  trial('gives everybody together what there is, and no more', [longPlan(10)], async (own, other) => {
    const grants = await takeInTurn([own, other], 40)
    check(grants.length === 10, `${grants.length} permits of 10`)
    waits(await own.take(ONE), LONG_MS * 1.01)
    waits(await other.take(ONE), LONG_MS * 1.01)
  })

  trial('gives no more than that in any period, and all of it', [plan(5)], async (own, other, { pass, now }) => {
    const given: { asked: number; answered: number }[] = []
    const end = now() + 4 * PERIOD_MS
    while (now() < end) {
      const asked = now()
      for (const _ of await takeInTurn([own, other], 2)) given.push({ asked, answered: now() })
      await pass(7)
    }
    for (const [i, { asked }] of given.entries()) {
      const sixth = given[i + 5]
      // Both were given between question and answer: these six surely in one period.
      if (sixth !== undefined) check(sixth.answered - asked >= PERIOD_MS, '6 permits of 5 in one period')
    }
    check(given.length >= 15, `only ${given.length} permits in four periods of 5`)
  })

  trial('says when to ask again, and keeps its word', [plan(2)], async (own, other, { pass }) => {
    granted(await own.take(ONE))
    granted(await other.take(ONE))
    await pass(waits(await other.take(ONE), PERIOD_MS * 1.01) + 2)
    granted(await other.take(ONE))
  })

  const both = [longPlan(5), longPlan(100, { unit: 'tokens' })]
  trial('takes the permits of all quotas, or none', both, async (own, other) => {
    granted(await own.take({ requests: 1, tokens: 60 }))
    waits(await other.take({ requests: 1, tokens: 60 }), LONG_MS * 1.01)
    for (let i = 0; i < 4; i++) granted(await other.take({ requests: 1, tokens: 10 }))
    waits(await own.take({ requests: 1, tokens: 0 }), LONG_MS * 1.01)
    granted(await own.take({ requests: 0, tokens: 0 }))
  })

  trial('gives again what was given back', [longPlan(2)], async (own, other, { pass }) => {
    const first = granted(await own.take(ONE))
    granted(await other.take(ONE))
    own.settle(first, { requests: 0 })
    await soonGranted(other, ONE, pass)
    waits(await other.take(ONE), LONG_MS * 1.01)
  })

  const tokens = [longPlan(100, { unit: 'tokens' })]
  trial('settles an estimate with what was used, down and up', tokens, async (own, other, { pass }) => {
    const grant = granted(await own.take({ tokens: 90 }))
    waits(await other.take({ tokens: 50 }), LONG_MS * 1.01)
    own.settle(grant, { tokens: 40 })
    const second = await soonGranted(other, { tokens: 50 }, pass)
    other.settle(second, { tokens: 60 })
    // Whoever settles asks after that.
    waits(await other.take({ tokens: 1 }), LONG_MS * 1.01)
    waits(await own.take({ tokens: 1 }), LONG_MS * 1.01)
  })

  trial(
    'carries what was used too much into the next period',
    [plan(100, { unit: 'tokens', periodMs: CARRY_MS })],
    async (own, other, { pass }) => {
      own.settle(granted(await own.take({ tokens: 10 })), { tokens: 150 })
      await pass(CARRY_MS * 1.02)
      granted(await other.take({ tokens: 40 }))
      waits(await other.take({ tokens: 40 }), CARRY_MS * 1.01)
    },
  )

  trial('lets what is dearer than all of it go when nothing is spent', tokens, async (own, other) => {
    granted(await own.take({ tokens: 250 }))
    waits(await other.take({ tokens: 1 }), LONG_MS * 3.03)
  })

  // Far enough apart that asking takes less, on a busy machine too.
  const smooth = [plan(20, { smooth: true, periodMs: 20_000 })]
  trial('gives smooth permits one by one', smooth, async (own, other, { pass }) => {
    const grants = await takeInTurn([own, other], 20)
    check(grants.length <= 3, `${grants.length} permits at once, where a tenth of 20 is right`)
    await pass(waits(await own.take(ONE), 1001) + 2)
    granted(await own.take(ONE))
  })

  const days = [plan(3, { periodMs: 86_400_000, reset: dayOf(500) })]
  trial('gives a day of the calendar back when it ends', days, async (own, other, { pass }) => {
    const answers: SharedAnswer[] = []
    // A day may end meanwhile.
    for (let i = 0; i < 9 && answers.at(-1)?.kind !== 'wait'; i++) answers.push(await (i % 2 ? own : other).take(ONE))
    check(answers.length >= 4, `${answers.length - 1} permits of a day of 3`)
    await pass(waits(answers.at(-1) ?? { kind: 'alone' }, 500) + 2)
    granted(await own.take(ONE))
  })

  trial('lets everybody wait when the provider asked for it', [plan(100)], async (own, other, { pass }) => {
    granted(await own.take(ONE))
    own.pause(700)
    own.pause(50)
    waits(await own.take(ONE), 700)
    const answer = await other.take(ONE)
    check(answer.kind === 'wait' && answer.pausedMs !== undefined && answer.pausedMs > 100, 'the pause is not known')
    await pass(waits(answer, 700) + 2)
    granted(await other.take(ONE))
  })

  trial('counts what was spent without asking', [longPlan(3)], async (own, other, { pass }) => {
    const alone = own.spent(ONE)
    own.spent(ONE)
    granted(await own.take(ONE))
    waits(await other.take(ONE), LONG_MS * 1.01)
    own.settle(alone, { requests: 0 })
    await soonGranted(other, ONE, pass)
  })

  trial('leaves a share to each', [longPlan(3)], async (own, other) => {
    granted(await own.take(ONE))
    granted(await other.take(ONE))
    for (const { share } of [own, other]) check(share >= 0 && share <= 1, `a share of ${share}`)
  })

  trial('takes no partition for another', [longPlan(1)], async (own, _, { store }) => {
    granted(await own.take(ONE))
    for (const partition of ['', 'A', 'a:', 'a}', '{a', '__proto__', 'long '.repeat(200)]) {
      const quota = store.open(partition, [longPlan(1)])
      granted(await quota.take(ONE))
      waits(await quota.take(ONE), LONG_MS * 1.01)
      quota.dispose()
    }
  })
}

/** A period that must end, and one more that must not. */
const CARRY_MS = 2000

/** A calendar on which days are short, so that a test need not wait for midnight. */
const dayOf =
  (ms: number): QuotaPlan['reset'] =>
  (wallTimeMs) =>
    (Math.floor(wallTimeMs / ms) + 1) * ms
