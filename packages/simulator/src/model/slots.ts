import type { EventQueue, ModelEvent } from '../event-queue.ts'

/** Work for the provider's machines, ours or another tenant's. */
export interface Job {
  readonly serviceMs: number
  /** Left the queue before it had a slot. */
  withdrawn: boolean
  onStart?: (at: number) => void
  onEnd?: (at: number) => void
  ending?: ModelEvent
}

/** A limited number of slots with a line before them, first come first served. */
export interface Slots {
  /** Whether one more job finds a slot or a place in the line. */
  hasRoom(at: number): boolean
  enter(job: Job, at: number): void
  /** Takes a job out of the line. False when it already runs. */
  withdraw(job: Job): boolean
  /** Ends a running job now. */
  stop(job: Job, at: number): void
  /** Gives free slots to those who wait: after the capacity has grown. */
  fill(at: number): void
  running(): number
  waiting(): number
}

export function createSlots(options: {
  readonly queueLimit: number
  readonly capacity: (at: number) => number
  readonly events: EventQueue
}): Slots {
  const { queueLimit, capacity, events } = options
  // Taken from the front by moving an index; cut when half of it is gone.
  let line: Job[] = []
  let front = 0
  let withdrawn = 0
  let running = 0
  const stopped = new WeakSet<Job>()

  const waiting = (): number => line.length - front - withdrawn

  const takeFirst = (): Job | undefined => {
    while (front < line.length) {
      const job = line[front++]
      if (front > 64 && front * 2 > line.length) {
        line = line.slice(front)
        front = 0
      }
      if (job === undefined || !job.withdrawn) return job
      withdrawn -= 1
    }
    return undefined
  }

  const start = (job: Job, at: number): void => {
    running += 1
    job.onStart?.(at)
    job.ending = events.add(at + job.serviceMs, (endedAt) => {
      if (!stopped.has(job)) end(job, endedAt)
    })
  }

  const end = (job: Job, at: number): void => {
    running -= 1
    job.onEnd?.(at)
    fill(at)
  }

  const fill = (at: number): void => {
    while (waiting() > 0 && running < capacity(at)) {
      const job = takeFirst()
      if (job !== undefined) start(job, at)
    }
  }

  return {
    hasRoom: (at) => (running < capacity(at) && waiting() === 0) || waiting() < queueLimit,
    enter(job, at) {
      if (running < capacity(at) && waiting() === 0) start(job, at)
      else line.push(job)
    },
    withdraw(job) {
      if (job.ending !== undefined) return false
      job.withdrawn = true
      withdrawn += 1
      return true
    },
    stop(job, at) {
      stopped.add(job)
      end(job, at)
    },
    fill,
    running: () => running,
    waiting,
  }
}
