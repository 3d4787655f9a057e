import type { CallContext } from '../../kernel/call-context.ts'
import { VirtualClock } from '../../testing.ts'
import { WaitingLine, type LineAnswer } from '../waiting-line.ts'
import { callContextOf } from './call-context-of.ts'

type LineOptions = ConstructorParameters<typeof WaitingLine>[0]

/** A waiting line before a door with places that the test gives out. */
export class Door {
  readonly clock: VirtualClock = new VirtualClock()
  readonly line: WaitingLine
  readonly entered: CallContext[] = []
  /** What became of everybody who asked, as far as it is known. */
  readonly answers: Map<CallContext, LineAnswer | Error> = new Map()
  places = 0
  /** Takes a place. A test may put something else here. */
  tryEnter: (context: CallContext) => number = (context) => {
    if (this.places === 0) return Infinity
    this.places--
    this.entered.push(context)
    return 0
  }

  constructor(options: Partial<LineOptions> = {}) {
    this.line = new WaitingLine({
      name: 'line',
      order: 'fifo',
      queueLimit: Infinity,
      maxWaitMs: Infinity,
      tryEnter: (context) => this.tryEnter(context),
      ...options,
    })
  }

  ask(options?: { readonly priority?: number; readonly deadline?: number }): CallContext {
    const context = callContextOf(this.clock, options)
    const given = this.line.enter(context)
    if (given instanceof Promise)
      given.then(
        (answer) => this.answers.set(context, answer),
        (error: Error) => this.answers.set(context, error),
      )
    else this.answers.set(context, given)
    return context
  }

  free(count: number): void {
    this.places += count
    this.line.serve()
  }
}
