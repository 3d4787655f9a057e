import type { ConcurrencyPlan, SharedAnswer, SharedGrant } from '../policies/rate-limit/shared-quota-store.ts'
import type { TestRunner } from './policy-contract.ts'
import {
  check,
  full,
  granted,
  ONE,
  PERIOD_MS,
  plan,
  soonGranted,
  takeInTurn,
  trialsOf,
  waits,
  type SharedQuotaTrial,
} from './shared-quota-trial.ts'

/** The part of the contract that is about calls at work. */
export const sharedPlacesContract = (
  name: string,
  open: () => SharedQuotaTrial | PromiseLike<SharedQuotaTrial>,
  runner: TestRunner,
): void => {
  const trial = trialsOf(name, open, runner)
  const places = (maxConcurrency: number): ConcurrencyPlan => ({ maxConcurrency, leaseMs: 60_000 })
  trial(
    'lets as many calls be at work as may be, and another when one ends',
    [],
    async (own, other, { pass }) => {
      const first = granted(await own.take(ONE))
      const grants = await takeInTurn([own, other], 10)
      check(grants.length === 2, `${grants.length} more calls at work, of 2`)
      full(await own.take({}))
      full(await other.take({}))
      // Which of them stood in line first is not said here.
      own.end(first)
      await soonGranted(own, {}, pass)
      full(await other.take({}))
    },
    places(3),
  )

  const longer = [plan(5, { periodMs: 60_000 })]
  trial(
    'takes no permit where there is no place',
    longer,
    async (own, _, { pass }) => {
      let grant = granted(await own.take(ONE))
      for (let i = 0; i < 9; i++) full(await own.take(ONE))
      for (let i = 0; i < 4; i++) {
        own.end(grant)
        grant = await soonGranted(own, ONE, pass)
      }
      own.end(grant)
      waits(await own.take(ONE), 60_600)
    },
    places(1),
  )

  trial(
    'takes no place where there is no permit',
    [plan(100, { unit: 'tokens' })],
    async (own, other) => {
      granted(await own.take({ tokens: 100 }))
      for (let i = 0; i < 9; i++) waits(await other.take({ tokens: 1 }), PERIOD_MS * 1.01)
      granted(await other.take({ tokens: 0 }))
      full(await own.take({ tokens: 0 }))
    },
    places(2),
  )

  trial(
    'counts calls that began without asking',
    [plan(100)],
    async (own, other, { pass }) => {
      const alone = [own.spent(ONE), own.spent(ONE), own.spent(ONE)]
      // Whoever spent asks after that.
      full(await own.take(ONE))
      full(await other.take(ONE))
      own.end(alone[0] as SharedGrant)
      own.end(alone[1] as SharedGrant)
      await soonGranted(own, ONE, pass)
    },
    places(2),
  )

  runner.test(`${name} gives who waits for a place its turn, however often others ask`, async () => {
    const { store, other: others, pass, close } = await open()
    const turns: SharedGrant[] = []
    const ask = async (): Promise<void> => {
      const answer = await other.take({})
      if (answer.kind === 'granted') turns.push(answer.grant)
    }
    const own = store.open('a', [], places(1))
    const other = others.open('a', [], places(1), () => void ask())
    try {
      let grant: SharedGrant | undefined = granted(await own.take({}))
      await ask()
      let calls = 0
      for (let i = 0; i < 100 && turns.length === 0; i++) {
        if (grant !== undefined) own.end(grant)
        const answer: SharedAnswer = await own.take({})
        grant = answer.kind === 'granted' ? answer.grant : undefined
        if (grant !== undefined) calls++
        await pass(10)
        await ask()
      }
      check(turns.length > 0, 'no turn among a hundred calls')
      check(calls <= 1, `${calls} calls went before`)
    } finally {
      own.dispose()
      other.dispose()
      await close?.()
    }
  })
}
