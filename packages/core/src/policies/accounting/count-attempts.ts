import { ACCOUNTS, ENCLOSING } from '../../kernel/accounts.ts'
import type { Call } from '../../kernel/call.ts'
import type { CallContext } from '../../kernel/call-context.ts'
import type { Gate } from '../../kernel/policy.ts'
import type { Usage } from '../../kernel/provider-report.ts'
import type { AttemptAccounted, CostRejected } from './accounting-events.ts'
import { CostLimitExceededError } from './cost-limit-exceeded-error.ts'
import { billedOf, modelOf, type CountedAttempt } from './counted-attempt.ts'
import { expectedUsage, requestedModel } from './expected.ts'
import type { Ledger } from './ledger.ts'

/** Attempts that one gate tells of already: those of several would be added up. */
const told = new WeakSet<CallContext>()

interface Admission {
  readonly tells: boolean
  readonly attempt: CountedAttempt
  /** In which it is counted: none any more when all count what its operation does. */
  ledgers: readonly Ledger[]
}

/** What is expected of an attempt before it is sent. */
type Expect = (context: CallContext) => { readonly model: string | undefined; readonly usage: Usage | undefined }

const expectedByCall: Expect = (context) => ({ model: context.get(requestedModel), usage: context.get(expectedUsage) })

/**
 * A gate that counts every attempt in some accounts, and refuses the one that would pass the ceiling of any of them. Counts
 * right as the innermost gate; further out, one admission may hold several attempts.
 */
export const countAttempts = (
  name: string,
  ledgersOf: (context: CallContext) => readonly Ledger[],
  expect: Expect = expectedByCall,
): Gate => {
  /** Attempts that somebody waits for, by call. */
  const awaited = new WeakMap<Call, number>()
  const changeAwaited = (call: Call, by: number): void => void awaited.set(call, (awaited.get(call) ?? 0) + by)

  const gate: Gate = {
    name,
    enter(context) {
      const ledgers = ledgersOf(context)
      const { call, endpoint } = context
      const { model, usage } = expect(context)
      const attempt: CountedAttempt = {
        call,
        attemptBefore: context.attempt,
        models: [model, endpoint?.model].filter((each) => each !== undefined),
        expected: usage && amountsIn(usage),
        costPerCall: endpoint?.costPerCall,
        hedged: (awaited.get(call) ?? 0) > 0,
        usage: undefined,
        verdict: undefined,
        abandoned: false,
      }
      giveWay(context.get(ENCLOSING)?.kept(gate) as Admission | undefined, ledgers)
      for (const ledger of ledgers) {
        const expectedCost = ledger.expectedCostOf(attempt)
        if (ledger.allows(expectedCost)) continue
        const { committedCost: cost, maxCost } = ledger
        context.emit<CostRejected>({ type: 'cost.rejected', policy: name, cost, expectedCost, maxCost })
        return new CostLimitExceededError(name, { cost, expectedCost, maxCost }, endpoint?.name, call.lastError)
      }
      for (const ledger of ledgers) ledger.begin(attempt)
      changeAwaited(call, 1)
      context.keep(gate, { attempt, ledgers, tells: !told.has(context) } satisfies Admission)
      told.add(context)
      return undefined
    },
    providerSaid(context, { usage }) {
      const { attempt } = context.kept(gate) as Admission
      if (usage !== undefined) attempt.usage = { ...attempt.usage, ...amountsIn(usage) }
    },
    leave(context, { verdict }) {
      const { attempt, ledgers } = context.kept(gate) as Admission
      changeAwaited(attempt.call, -1)
      attempt.verdict = verdict
      attempt.abandoned = context.aborted
      if (verdict.kind !== 'canceled') for (const ledger of ledgers) ledger.lastVerdict = verdict
    },
    release(context) {
      const { attempt, ledgers, tells } = context.kept(gate) as Admission
      const [first] = ledgers
      if (context.attempt === attempt.attemptBefore || first === undefined) {
        for (const ledger of ledgers) ledger.drop(attempt)
        return
      }
      for (const ledger of ledgers) ledger.end(attempt)
      if (!tells || !context.listening) return
      const { usage = {}, abandoned } = attempt
      const model = modelOf(attempt, first.prices)
      const cost = first.costOf(attempt)
      context.emit<AttemptAccounted>({
        type: 'attempt.accounted',
        policy: name,
        billed: billedOf(attempt),
        usage,
        abandoned,
        ...(model === undefined ? {} : { model }),
        ...(cost === undefined ? {} : { cost }),
      })
    },
  }
  return gate
}

/** An attempt whose operation makes calls that are counted is not counted itself: they are what is sent and billed. */
const giveWay = (enclosing: Admission | undefined, ledgers: readonly Ledger[]): void => {
  if (enclosing === undefined) return
  const { attempt } = enclosing
  for (const ledger of ledgers) ledger.drop(attempt)
  enclosing.ledgers = enclosing.ledgers.filter((each) => !ledgers.includes(each))
}

/** What a broken server or estimate says that is no amount counts as not said. */
const amountsIn = (usage: Usage): Usage =>
  Object.fromEntries(Object.entries(usage).filter(([, used]) => Number.isFinite(used) && used >= 0))

/** Counts a call in the accounts that it, or who surrounds it, has opened. One for all of them: pipelines put it innermost. */
export const callAccounts: Gate = countAttempts(
  'account',
  (context) => context.get(ACCOUNTS) as unknown as readonly Ledger[],
)
