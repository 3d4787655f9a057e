import type { Job, Queue } from 'bullmq'
import type { ResultData, WorkData } from '../job-data.ts'

interface StoredJob {
  readonly id: string
  data: WorkData
  readonly logs: string[]
  state: 'waiting' | 'active' | 'delayed'
  /** The lock of whoever has it in hand; gone when it has run out. */
  token: string | undefined
  stalled: number
}

/** How a process talks to the server: each call may be late, lost, or arrive twice. */
export type Wire = <T>(call: () => T) => Promise<T>

/** What of BullMQ's jobs and queues is used, with its rules about locks, in memory. */
export class QueueServer {
  readonly work = new Map<string, StoredJob>()
  readonly results = new Map<string, ResultData>()

  /** A job that waits is given to a worker. */
  take(token: string): StoredJob | undefined {
    const job = [...this.work.values()].find(({ state }) => state === 'waiting')
    if (job !== undefined) Object.assign(job, { state: 'active', token })
    return job
  }

  /** The lock has run out, and BullMQ puts the job in line again. */
  stall(): void {
    for (const job of this.work.values())
      if (job.state === 'active') Object.assign(job, { state: 'waiting', token: undefined, stalled: job.stalled + 1 })
  }

  /** Delays are over. */
  promote(): void {
    for (const job of this.work.values()) if (job.state === 'delayed') job.state = 'waiting'
  }

  /** Only who holds the lock decides. */
  leave(id: string, token: string, become: (job: StoredJob) => void): void {
    const job = this.work.get(id)
    if (job?.token !== token) throw new Error(`Missing lock for job ${id}`)
    job.token = undefined
    become(job)
  }

  remove(id: string): number {
    const job = this.work.get(id)
    if (job === undefined || job.token !== undefined) return 0
    this.work.delete(id)
    return 1
  }

  workQueue(wire: Wire): Queue<WorkData> {
    return {
      add: (_: string, data: WorkData, { jobId: id }: { jobId: string }) =>
        wire(() => {
          if (this.work.has(id)) return
          this.work.set(id, { id, data, logs: [], state: 'waiting', token: undefined, stalled: 0 })
        }),
      remove: (id: string) => wire(() => this.remove(id)),
      getJobState: (id: string) => wire(() => this.work.get(id)?.state ?? 'unknown'),
      getJobLogs: (id: string) => wire(() => ({ logs: [...(this.work.get(id)?.logs ?? [])] })),
      getJob: (id: string) =>
        wire(() => {
          const job = this.work.get(id)
          return job === undefined
            ? undefined
            : { data: job.data, updateData: (data: WorkData) => wire(() => this.#update(id, data)) }
        }),
      rateLimit: () => wire(() => {}),
      // A queue has a hundred members more, which these functions do not use.
    } as unknown as Queue<WorkData>
  }

  resultQueue(wire: Wire): Queue<ResultData> {
    return {
      add: (_: string, data: ResultData, { jobId: id }: { jobId: string }) =>
        wire(() => void (this.results.has(id) || this.results.set(id, data))),
      remove: (id: string) => wire(() => Number(this.results.delete(id))),
      getJob: (id: string) => wire(() => (this.results.has(id) ? { data: this.results.get(id) } : undefined)),
      getJobState: (id: string) => wire(() => (this.results.has(id) ? 'waiting' : 'unknown')),
      getWaitingCount: () => wire(() => this.results.size),
      // As above.
    } as unknown as Queue<ResultData>
  }

  /** The job as the worker has it that took it. */
  jobOf({ id, data, stalled }: StoredJob, wire: Wire): Job<WorkData> {
    return {
      id,
      data,
      stalledCounter: stalled,
      extendLock: (token: string) => wire(() => Number(this.work.get(id)?.token === token)),
      log: (row: string) => wire(() => this.#there(id).logs.push(row)),
      moveToDelayed: (_: number, token: string) => wire(() => this.leave(id, token, (job) => (job.state = 'delayed'))),
      moveToWait: (token: string) => wire(() => this.leave(id, token, (job) => (job.state = 'waiting'))),
      // As above, for a job.
    } as unknown as Job<WorkData>
  }

  #update(id: string, data: WorkData): void {
    this.#there(id).data = data
  }

  #there(id: string): StoredJob {
    const job = this.work.get(id)
    if (job === undefined) throw new Error(`Missing key for job ${id}`)
    return job
  }
}
