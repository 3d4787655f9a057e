import type { CallContext } from '../../kernel/call-context.ts'
import type { Announcer } from '../../primitives/announcer.ts'
import type {
  CircuitClosed,
  CircuitHalfOpened,
  CircuitIsolated,
  CircuitOpened,
  CircuitProbeDeferred,
  CircuitRejected,
  CircuitRestored,
  CircuitSnapshotRefused,
} from './circuit-breaker-events.ts'
import type { SnapshotRefusal } from './circuit-snapshot.ts'

/** What all events of a partition say. */
interface About {
  readonly policy: string
  readonly partition: string
  readonly dryRun?: true
}

/** What a breaker says: within a call through its context, otherwise to the pipeline that called last. */
export class CircuitTeller {
  readonly #policy: string
  readonly #dryRun: boolean
  readonly #announcer: Announcer

  constructor(policy: string, dryRun: boolean, announcer: Announcer) {
    this.#policy = policy
    this.#dryRun = dryRun
    this.#announcer = announcer
  }

  opened(
    context: CallContext,
    partition: string,
    said: Pick<CircuitOpened, 'openForMs' | 'verdict' | 'advised'>,
  ): void {
    context.emit<CircuitOpened>({ type: 'circuit.opened', ...this.#about(partition), ...said })
  }

  probeDeferred(context: CallContext, partition: string, retryAfterMs: number): void {
    context.emit<CircuitProbeDeferred>({ type: 'circuit.probe_deferred', ...this.#about(partition), retryAfterMs })
  }

  halfOpened(context: CallContext, partition: string): void {
    context.emit<CircuitHalfOpened>({ type: 'circuit.half_opened', ...this.#about(partition) })
  }

  closed(context: CallContext, partition: string): void {
    context.emit<CircuitClosed>({ type: 'circuit.closed', ...this.#about(partition) })
  }

  /** Said in great numbers, so that nothing is made for nobody. */
  rejected(context: CallContext, partition: string, retryAfterMs: number): void {
    if (!context.listening) return
    context.emit<CircuitRejected>({ type: 'circuit.rejected', ...this.#about(partition), retryAfterMs })
  }

  isolated(partition: string): void {
    this.#announcer.announce<CircuitIsolated>({ type: 'circuit.isolated', ...this.#about(partition) })
  }

  closedByHand(partition: string): void {
    this.#announcer.announce<CircuitClosed>({ type: 'circuit.closed', ...this.#about(partition), byHand: true })
  }

  restored(partition: string, state: CircuitRestored['state'], openForMs: number): void {
    this.#announcer.announce<CircuitRestored>({
      type: 'circuit.restored',
      ...this.#about(partition),
      state,
      openForMs,
    })
  }

  /** @param partition whose counts; `undefined`: all that was saved */
  snapshotRefused(reason: SnapshotRefusal, partition?: string): void {
    this.#announcer.announce<CircuitSnapshotRefused>({
      type: 'circuit.snapshot_refused',
      policy: this.#policy,
      reason,
      ...(partition === undefined ? {} : { partition }),
    })
  }

  #about(partition: string): About {
    const policy = this.#policy
    return this.#dryRun ? { policy, partition, dryRun: true } : { policy, partition }
  }
}
