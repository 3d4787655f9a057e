import type { CallContext } from '../../kernel/call-context.ts'
import { success, type Outcome, type Success } from '../../kernel/outcome.ts'
import type { Next, Policy } from '../../kernel/policy.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'
import { resolveCacheOptions, type CacheOptions } from './cache-options.ts'
import { tellCache } from './tell-cache.ts'
import type { CacheEntry } from './cache-store.ts'
import { Flight, type Landing } from './flight.ts'
import { GuardedStore } from './guarded-store.ts'
import { Lead } from './lead.ts'
import { memoryCacheStore } from './memory-cache-store.ts'
import { isReadOnce } from './read-once.ts'

/** A cache as a policy, with a way to forget. */
export interface Cache extends Policy {
  /**
   * Forgets an answer: the next call with this key asks again, also while an older one is at work. Resolves when the store
   * has forgotten it, and rejects with the store's own error.
   */
  forget(key: string): Promise<void>
}

/** A stale answer is better than these. */
const isFailure = (kind: VerdictKind): boolean => kind !== 'success' && kind !== 'request_failed' && kind !== 'canceled'

/** A call that wants what a key names. */
interface Visit {
  readonly key: string
  readonly next: Next<unknown>
  readonly context: CallContext
}

/**
 * Answers calls that want the same from one piece of work, and later ones from what was stored.
 *
 * Calls with the same key share the work in flight: one that leaves takes nobody with it, the work ends when the last has
 * left, and a failure is shared with those who wait and stored for nobody. Only complete successes are stored; streams are
 * neither stored nor shared. A stale answer stands in for a failure, and where the options say so it is given at once
 * while a new one is fetched.
 *
 * ```ts
 * import { cache, pipeline } from '@spillway/core'
 *
 * const calls = pipeline([cache({ key: () => 'lighthouse 1024x1024' })])
 * let runs = 0
 * const paint = async (): Promise<string> => `picture ${++runs}`
 * console.log(await Promise.all([calls.execute(paint), calls.execute(paint)])) // => [ 'picture 1', 'picture 1' ]
 * console.log(await calls.execute(paint)) // => picture 1
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const cache = (options: CacheOptions = {}): Cache => {
  const resolved = resolveCacheOptions(options)
  const { name, key: keyOf, ttlMs, staleWhileRevalidateMs, staleIfErrorMs, storeTimeoutMs, leaseMs } = resolved
  const servedMs = ttlMs + staleWhileRevalidateMs
  const usedMs = ttlMs + staleIfErrorMs
  const keptMs = Math.max(servedMs, usedMs)
  const tell = tellCache(name)
  const flights = new Map<string, Flight>()
  let { store } = resolved
  let guarded: GuardedStore | undefined
  let disposed = false

  /** A store of its own keeps the time of the pipeline that it serves. */
  const storeFor = ({ call: { clock } }: CallContext): GuardedStore =>
    (guarded ??= new GuardedStore(name, (store ??= memoryCacheStore({ clock })), storeTimeoutMs))

  const keyFor = (context: CallContext): string | undefined => {
    try {
      const key: unknown = keyOf(context)
      if (key === undefined || typeof key === 'string') return key
      throw new TypeError(`${name}.key must give a string or undefined.`)
    } catch (thrown) {
      context.report(`${name}.key`, thrown)
      return undefined
    }
  }

  // Wall time may jump back: what was stored "in the future" counts as stored just now.
  const ageOf = (entry: CacheEntry | undefined, { call }: CallContext): number =>
    entry === undefined ? Infinity : Math.max(0, call.clock.wallTime() - entry.storedAt)

  const hit = ({ key, context }: Visit, { value }: CacheEntry, ageMs: number): Outcome<unknown> => {
    tell(context, key, { type: 'cache.hit', ageMs, stale: ageMs >= ttlMs })
    return success(value)
  }

  const drop = (key: string, flight: Flight): void => {
    if (flights.get(key) === flight) flights.delete(key)
  }

  const answer = (visit: Visit): Promise<Outcome<unknown>> => {
    const { key, context } = visit
    const flight = flights.get(key)
    if (flight?.entry !== undefined) {
      const ageMs = ageOf(flight.entry, context)
      if (ageMs < (flight.landed ? ttlMs : servedMs)) return Promise.resolve(hit(visit, flight.entry, ageMs))
    }
    if (flight !== undefined && !flight.landed) {
      const landing = flight.join(context)
      tell(context, key, { type: 'cache.coalesced', leader: flight.context.call.id, waiting: flight.waiting })
      return landing.then((each) => arrive(each, visit))
    }
    const found = keptMs > 0 ? storeFor(context).get(key, context) : undefined
    if (found !== undefined && 'storedAt' in found) {
      const ageMs = ageOf(found, context)
      if (ageMs < ttlMs) return Promise.resolve(hit(visit, found, ageMs))
    }
    return launch(visit, found)
  }

  const launch = (visit: Visit, found: CacheEntry | PromiseLike<unknown> | undefined): Promise<Outcome<unknown>> => {
    const { key, context } = visit
    const flight = new Flight(context, () => drop(key, flight))
    flights.set(key, flight)
    const landing = flight.join(context)
    void fly(visit, flight, found)
    return landing.then((each) => arrive(each, visit))
  }

  const arrive = (landing: Landing, visit: Visit): Outcome<unknown> | Promise<Outcome<unknown>> => {
    const { next, context } = visit
    if (landing === 'again') return answer(visit)
    if (landing === 'alone') return next(context)
    return landing
  }

  const fly = async (
    visit: Visit,
    flight: Flight,
    found: CacheEntry | PromiseLike<unknown> | undefined,
  ): Promise<void> => {
    const { key, next } = visit
    const { context } = flight
    const entry = found === undefined || 'storedAt' in found ? found : await storeFor(context).arrived(found, context)
    if (context.aborted) return
    if (!flight.forgotten) flight.entry = entry
    const ageMs = ageOf(flight.entry, context)
    const renews = ageMs >= ttlMs && !disposed
    if (flight.entry !== undefined && ageMs < servedMs) {
      const outcome = hit(visit, flight.entry, ageMs)
      if (!renews) {
        drop(key, flight)
        return flight.land(outcome)
      }
      flight.goOn()
      flight.answer(outcome)
    }
    const renewing = flight.inBackground
    const lead = keptMs > 0 && storeFor(context).hasLeases ? leadOf(key, flight) : undefined
    if (lead !== undefined && (await isAnsweredElsewhere(visit, flight, lead))) return
    if (!renewing) tell(context, key, { type: 'cache.missed' })
    const outcome = await next(context)
    // Everybody has left; in that tick the flight was dropped.
    if (context.aborted) return
    const { kind } = outcome.verdict
    const durationMs = context.call.clock.now() - context.startedAt
    if (renewing) tell(context, key, { type: 'cache.revalidated', verdict: kind, durationMs })
    const nothingBefore = flight.entry === undefined
    const stored = isForAll(flight, outcome) && (await keep(key, flight, outcome))
    if (stored || kind !== 'success' || !nothingBefore || flight.forgotten) lead?.release()
    else void lead?.releaseUnshared()
    drop(key, flight)
    if (!flight.landed) land(key, flight, outcome)
  }

  const leadOf = (key: string, flight: Flight): Lead => new Lead(storeFor(flight.context), key, leaseMs, flight)

  /** Whether the flight is over before it asked: another process had the answer, or everybody has left. */
  const isAnsweredElsewhere = async (visit: Visit, flight: Flight, lead: Lead): Promise<boolean> => {
    const { key } = visit
    const { context } = flight
    const theirs = await lead.search({
      known: flight.entry,
      isFresh: (entry) => ageOf(entry, context) < ttlMs,
      followed: () => tell(context, key, { type: 'cache.followed' }),
    })
    if (context.aborted) return true
    if (theirs === undefined) return false
    drop(key, flight)
    if (flight.inBackground) flight.land(success(theirs.value))
    // As new as can be: the clock that stamped it may be another one.
    else flight.land(hit(visit, theirs, 0))
    return true
  }

  /** Whether an answer is for everybody, now and later. */
  const isForAll = (flight: Flight, outcome: Outcome<unknown>): outcome is Success<unknown> =>
    outcome.ok &&
    outcome.verdict.kind === 'success' &&
    keptMs > 0 &&
    !flight.forgotten &&
    !isForOne(outcome, flight.context)

  const keep = async (key: string, flight: Flight, outcome: Success<unknown>): Promise<boolean> => {
    const { context } = flight
    const entry: CacheEntry = { value: outcome.value, storedAt: context.call.clock.wallTime() }
    // Until an asynchronous store has it, the flight answers.
    flight.entry = entry
    flight.land(outcome)
    const stored = await storeFor(context).set(key, entry, keptMs, context)
    if (stored) tell(context, key, { type: 'cache.stored' })
    return stored
  }

  const land = (key: string, flight: Flight, outcome: Outcome<unknown>): void => {
    const { context, entry } = flight
    const { kind } = outcome.verdict
    const ageMs = ageOf(entry, context)
    if (flight.isStartersAbort(outcome)) flight.landForStarter(outcome)
    else if (entry !== undefined && isFailure(kind) && ageMs < usedMs) {
      if (flight.waiting > 0) tell(context, key, { type: 'cache.stale_used', ageMs, verdict: kind })
      flight.land(success(entry.value))
    } else if (isForOne(outcome, context)) flight.landOne(outcome)
    else flight.land(outcome)
  }

  return {
    name,
    kind: 'cache',
    options: { name, ttlMs, staleWhileRevalidateMs, staleIfErrorMs, storeTimeoutMs, leaseMs },
    execute<R>(next: Next<R>, context: CallContext) {
      const key = keyFor(context)
      // What a key names has the type that its calls expect: that is what the key says.
      return key === undefined || key === '' ? next(context) : (answer({ key, next, context }) as Promise<Outcome<R>>)
    },
    async forget(key) {
      flights.get(key)?.forget()
      flights.delete(key)
      // Before the next call asks: it must not wait for work that is older than this moment.
      const released = store?.leases?.release(key)
      await Promise.all([released, store?.delete(key)])
    },
    snapshot() {
      const atWork = [...flights.values()].filter(({ landed }) => !landed)
      return {
        inFlight: atWork.length,
        storing: flights.size - atWork.length,
        waiting: atWork.reduce((sum, { waiting }) => sum + waiting, 0),
        revalidating: atWork.filter(({ inBackground }) => inBackground).length,
      }
    },
    dispose() {
      disposed = true
      for (const flight of flights.values()) flight.endBackground('The pipeline was disposed of.')
    },
  }
}

/** What one caller only can read: the others need an answer of their own. */
const isForOne = (outcome: Outcome<unknown>, { call }: CallContext): boolean =>
  outcome.ok && (outcome.body !== undefined || call.streamed || isReadOnce(outcome.value))
