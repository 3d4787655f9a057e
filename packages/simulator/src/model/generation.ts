import { FAULTS } from '../faults/table.ts'
import type { Verdict } from './admission.ts'
import type { CounterBook } from './counters.ts'
import type { OfferEvent, OfferedRequest } from './offer.ts'
import type { Job, Slots } from './slots.ts'

/** One of our requests on its way through the slots. */
export interface Generation {
  readonly job: Job
  readonly ended: () => boolean
  /** Its client has left. True the first time. */
  abandon(at: number, whatHappens: 'finish' | 'finishStarted' | 'stop'): boolean
}

export interface GenerationOptions {
  readonly request: OfferedRequest
  readonly verdict: Verdict
  readonly serviceMs: number
  readonly at: number
  readonly slots: Slots
  readonly counters: CounterBook
  readonly listener: (event: OfferEvent) => void
  readonly onEnd: () => void
}

/** Makes the job of an admitted request, with the books kept on it. */
export function createGeneration(options: GenerationOptions): Generation {
  const { request, verdict, serviceMs, slots, counters, listener } = options
  const { fault, scripted } = verdict
  const spoiled = fault !== undefined && FAULTS[fault.fault].effect !== 'whole'
  let abandoned = false
  let ended = false
  let startedAt: number | undefined

  const close = (at: number): void => {
    ended = true
    const heldMs = at - (startedAt ?? at)
    if (abandoned || spoiled) counters.wastedMs += heldMs
    else counters.usefulMs += heldMs
    if (abandoned) counters.abandoned += 1
    options.onEnd()
  }

  const complete = (at: number): void => {
    close(at)
    counters.completed += 1
    counters.images += request.images
    counters.inputTokens += request.inputTokens
    counters.outputTokens += request.outputTokens
    counters.prompts.set(request.promptHash, (counters.prompts.get(request.promptHash) ?? 0) + 1)
    if (abandoned) return
    counters.outcome(fault?.fault ?? 'ok')
    listener({ type: 'completed' })
  }

  const job: Job = {
    serviceMs,
    withdrawn: false,
    onStart(at) {
      startedAt = at
      counters.started += 1
      if (abandoned) return
      const queuedMs = at - options.at
      listener({ type: 'started', queuedMs, serviceMs, ...(fault && { fault }), ...(scripted && { scripted }) })
    },
    onEnd: complete,
  }

  return {
    job,
    ended: () => ended,
    abandon(at, whatHappens) {
      if (ended || abandoned) return false
      abandoned = true
      counters.outcome(spoiled ? fault.fault : 'disconnected')
      if (whatHappens === 'finish') return true
      if (slots.withdraw(job)) close(at)
      else if (whatHappens === 'stop') {
        job.onEnd = close
        slots.stop(job, at)
      }
      return true
    },
  }
}
