// Run as a process of its own: a retry without delays or a deadline must not keep timers and signals from their turn.
import { constantBackoff, pipeline, retry, systemClock } from '../../../index.ts'

let runs = 0
const calls = pipeline([retry({ backoff: constantBackoff(0) })])
const failAtOnce = (): Promise<string> => {
  runs++
  return Promise.reject(new Error('busy'))
}
const caller = new AbortController()
systemClock.setTimer(100, () => caller.abort('the caller left'))
const end: unknown = await calls.execute(failAtOnce, { signal: caller.signal }).catch((reason: unknown) => reason)
console.log(end, runs > 64)
