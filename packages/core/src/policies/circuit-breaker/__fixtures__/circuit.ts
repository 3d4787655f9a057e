import { ConsecutiveBreaker, ConstantBackoff, type IBackoffFactory, type IBreaker } from 'cockatiel'
import type { VerdictKind } from '../../../kernel/verdict.ts'
import type { BreakContext } from '../breaks.ts'
import { Circuit } from '../circuit.ts'

export const LEASE_MS = 3000

interface Setup {
  readonly breaker?: IBreaker
  readonly breaks?: IBackoffFactory<BreakContext>
  readonly openAfterMs?: number
  readonly probeLeaseMs?: number
  /** How many in a row open it, where no other strategy is given. */
  readonly failures?: number
}

/** A circuit of three failures, with breaks of ten seconds. */
export const circuitOf = ({
  failures = 3,
  breaker = new ConsecutiveBreaker(failures),
  breaks = new ConstantBackoff(10_000),
  openAfterMs = 0,
  probeLeaseMs = LEASE_MS,
}: Setup = {}): Circuit<string> => new Circuit(breaker, { breaks, probeLeaseMs, openAfterMs })

/** Lets one in and hears how it ended, at one instant. */
export const run = (
  circuit: Circuit<string>,
  kind: VerdictKind,
  now: number,
  hintMs?: number,
): ReturnType<Circuit<string>['settle']> => circuit.settle(circuit.admit(now, 'call'), kind, now, hintMs)

/** Opens a circuit of three failures at an instant. */
export const opened = (circuit: Circuit<string>, now = 0): Circuit<string> => {
  for (let i = 0; i < 3; i++) run(circuit, 'overloaded', now)
  return circuit
}

/** Lets in as many as it takes at an instant, a thousand at most, and says how many those were. */
export const startedAt = (circuit: Circuit<string>, now: number): number => {
  let count = 0
  for (; circuit.readyInMs(now) === 0 && count < 1000; count++) circuit.admit(now, 'call')
  return count
}
