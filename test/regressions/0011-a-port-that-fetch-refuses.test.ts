import { constantBackoff, pipeline, retry, timeout, type Verdict } from '@spillway/core'
import { resilientFetch } from '@spillway/http'
import { expect, it } from 'vitest'

// Nothing ever leaves for such a port, and it was said that something might have: a batch reported items as unknown, which
// were not sent and could not be.
it('says of an address whose port is blocked that nothing was sent, and does not try it again', async () => {
  const calls = pipeline([timeout({ totalMs: 5000 }), retry({ maxAttempts: 3, backoff: constantBackoff(1) })])
  const verdicts: Verdict[] = []
  calls.events.subscribe((event) => event.type === 'attempt.completed' && verdicts.push(event.verdict))
  await expect(resilientFetch(calls)('http://127.0.0.1:1/v1/models')).rejects.toThrow(TypeError)
  expect(verdicts).toMatchObject([
    { kind: 'endpoint_failed', scope: 'endpoint', sent: false, billed: 'no', code: 'ERR_BLOCKED_PORT' },
  ])
})
