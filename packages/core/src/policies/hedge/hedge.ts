import type { CallContext } from '../../kernel/call-context.ts'
import { checkDuration, checkFunction, checkKnown, checkNumber, checkRatio } from '../../kernel/check-options.ts'
import { byEndpoint } from '../../kernel/endpoint.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import type { Outcome } from '../../kernel/outcome.ts'
import type { Next, Policy } from '../../kernel/policy.ts'
import { RIVALS } from '../../kernel/rivals.ts'
import { TRANSIENT } from '../../kernel/verdict.ts'
import { LruMap } from '../../primitives/lru-map.ts'
import { AnswerTimes } from './answer-times.ts'
import { Branch, type WatchOf } from './branch.ts'
import { HedgeBudget } from './hedge-budget.ts'
import type { HedgeDenied, HedgeStarted } from './hedge-events.ts'
import { HEDGE_DEFAULTS, type HedgeOptions } from './hedge-options.ts'
import { patienceOf } from './patience.ts'
import { Race } from './race.ts'
import { SilenceWatch } from './silence-watch.ts'

/** An endpoint out of capacity gets nothing twice, and is not taken for one that loses calls, until it is so long ago. */
const QUIET_AFTER_OVERLOAD_MS = 60_000
/** Budget is earned, and places become free, unseen. */
const ASK_AGAIN_MS = 1000
/** Endpoints are few; who makes one for each call must not fill the memory. */
const MAX_ENDPOINTS = 256

/**
 * Gives a call a second attempt while its first is still at work, to another endpoint where one can take it, and takes
 * whichever answers first. The other is ended in the same tick.
 *
 * By default it does so only on evidence that the first is lost, and for at most a tenth of the calls. It never does while
 * the provider says that it is out of capacity, and never once a stream has begun. An error never wins over an attempt at
 * work; when all have failed, the call fails as its first attempt did. What the caller ends, ends all attempts at once.
 *
 * ```ts
 * import { failover, hedge, pipeline } from '@spillway/core'
 *
 * const calls = pipeline([hedge({ delayMs: 20 }), failover({ endpoints: [{ name: 'official' }, { name: 'relay' }] })])
 * const answer = await calls.execute(async ({ endpoint }) => {
 *   if (endpoint?.name === 'official') await new Promise(() => {})
 *   return `answered by the ${endpoint?.name}`
 * })
 * console.log(answer) // => answered by the relay
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const hedge = (options: HedgeOptions = {}): Policy => {
  checkKnown('hedge', options, [...Object.keys(HEDGE_DEFAULTS), 'delayMs', 'delayQuantile', 'budget', 'shouldHedge'])
  const { name, maxHedges, budgetRatio, sameEndpoint } = { ...HEDGE_DEFAULTS, ...options }
  const { delayMs, delayQuantile, budget: shared, shouldHedge } = options
  if (delayMs !== undefined) checkDuration('hedge.delayMs', delayMs)
  if (delayQuantile !== undefined)
    checkNumber('hedge.delayQuantile', delayQuantile, { min: Number.MIN_VALUE, max: 1 - Number.EPSILON })
  checkNumber('hedge.maxHedges', maxHedges, { min: 0, integer: true })
  checkRatio('hedge.budgetRatio', budgetRatio)
  checkFunction('hedge.shouldHedge', shouldHedge, true)
  if (shared !== undefined && typeof shared?.spend !== 'function')
    throw new InvalidOptionsError('hedge.budget', shared, 'a budget made by retryBudget()')
  if (typeof sameEndpoint !== 'boolean')
    throw new InvalidOptionsError('hedge.sameEndpoint', sameEndpoint, 'true or false')
  const mode = delayQuantile !== undefined ? 'quantile' : delayMs !== undefined ? 'delay' : 'evidence'
  const patience = patienceOf(delayMs, delayQuantile)
  const all = new AnswerTimes(patience)
  const budget = new HedgeBudget(budgetRatio)
  let overloadedAt = -Infinity
  let disposed = false

  const watches = new LruMap<string, SilenceWatch>(
    MAX_ENDPOINTS,
    () => new SilenceWatch(new AnswerTimes(patience), all, (branch, silentMs) => another(branch, mode, silentMs)),
    (watch) => watch.empty,
  )
  const watchOf: WatchOf = (attempt) => watches.get(byEndpoint(attempt))

  const asksFor = (context: CallContext): boolean => {
    if (shouldHedge === undefined) return true
    try {
      return shouldHedge(context)
    } catch (thrown) {
      context.report(`${name}.shouldHedge`, thrown)
      return false
    }
  }

  /** Gives a call another attempt. 0: done; else in how many milliseconds to ask again, `Infinity`: not at all. */
  const another = (branch: Branch, why: HedgeStarted['why'], silentMs: number): number => {
    const context = branch.parent as CallContext
    const { call } = context
    const given = (call.kept(policy) as number | undefined) ?? 0
    // What must not run twice is not asked for twice.
    if (disposed || context.aborted || !call.repeatable || given >= maxHedges || !asksFor(context)) return Infinity
    const race = branch.race ?? new Race(name, branch, !sameEndpoint)
    context.set(RIVALS, race)
    const deny = (reason: HedgeDenied['reason'], askAgainMs: number): number => {
      if (!race.denied.has(reason)) context.emit<HedgeDenied>({ type: 'hedge.denied', policy: name, reason })
      race.denied.add(reason)
      return askAgainMs
    }
    const quietInMs = overloadedAt + QUIET_AFTER_OVERLOAD_MS - call.clock.now()
    if (quietInMs > 0) return deny('overload', quietInMs)
    if (budget.left < 1 || shared?.covers(context, TRANSIENT) === false) return deny('budget', ASK_AGAIN_MS)
    if (branch.next.readyInMs(context) > 0) return deny('not_ready', ASK_AGAIN_MS)
    budget.spend()
    shared?.spend(context, TRANSIENT)
    call.keep(policy, given + 1)
    context.emit<HedgeStarted>({ type: 'hedge.started', policy: name, why, silentMs })
    const second = new Branch(context, branch.next, watchOf)
    race.add(second)
    void second.next(second).then((outcome) => {
      if (second.attemptContext === undefined) {
        budget.giveBack()
        shared?.giveBack(context, TRANSIENT)
      }
      return left(race, second, outcome)
    })
    return 0
  }

  /** What an outcome says about how long answers take, and whether the provider is out of capacity. */
  const learn = (branch: Branch, { verdict: { kind } }: Outcome<unknown>): void => {
    branch.watch?.remove(branch)
    const { call, attemptContext } = branch
    if (kind === 'overloaded' || kind === 'throttled') overloadedAt = call.clock.now()
    if (kind !== 'success' || attemptContext === undefined || !(call.answerMs > 0)) return
    const knew = all.patience !== undefined
    all.add(call.answerMs, attemptContext.startedAt + call.answerMs)
    branch.watch?.answered(attemptContext.startedAt, call.answerMs, call.clock)
    // From here on silences mean something: also those that began before.
    if (!knew && all.patience !== undefined) for (const watch of watches.values()) watch.look(call.clock)
  }

  /**
   * Who waits for a delay does not wait any longer when what it waited for has failed. Without a delay the failure goes up
   * at once: retry knows what the server asked for, and how long to wait.
   */
  const isReplaced = ({ verdict: { kind } }: Outcome<unknown>, { aborted }: CallContext): boolean =>
    mode !== 'evidence' && kind === 'transient' && !aborted

  const left = (race: Race, branch: Branch, outcome: Outcome<unknown>): void => {
    learn(branch, outcome)
    if (!race.left(branch, outcome)) return
    if (!isReplaced(outcome, branch) || another(branch, 'failure', 0) > 0) race.lose()
  }

  const ended = (primary: Branch, outcome: Outcome<unknown>): Outcome<unknown> | Promise<Outcome<unknown>> => {
    if (primary.race === undefined && !isReplaced(outcome, primary)) {
      learn(primary, outcome)
      primary.leave(outcome)
      return outcome
    }
    const race = (primary.race ??= new Race(name, primary, !sameEndpoint))
    left(race, primary, outcome)
    return race.outcome ?? race.ended()
  }

  const policy: Policy = {
    name,
    kind: 'hedge',
    options: {
      name,
      mode,
      maxHedges,
      budgetRatio,
      sameEndpoint,
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(delayQuantile === undefined ? {} : { delayQuantile }),
      ...(shared === undefined ? {} : { budget: shared.options }),
    },
    execute<R>(next: Next<R>, context: CallContext): Promise<Outcome<R>> {
      if (maxHedges === 0 || budgetRatio === 0) return next(context)
      // Repetitions by a policy outside belong to the same call.
      if (context.call.attempts === 0) budget.earn()
      shared?.count(context)
      const primary = new Branch(context, next, watchOf)
      return next(primary).then((outcome) => ended(primary, outcome) as Outcome<R> | Promise<Outcome<R>>)
    },
    snapshot: () => ({
      hedgesLeft: budget.left,
      endpoints: Object.fromEntries([...watches.entries()].map(([endpoint, watch]) => [endpoint, watch.patience])),
    }),
    dispose() {
      disposed = true
      for (const watch of watches.values()) watch.dispose()
    },
  }
  return policy
}
