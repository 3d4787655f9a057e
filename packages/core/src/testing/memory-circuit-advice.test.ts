import { test } from 'vitest'
import { circuitAdviceContract, memoryCircuitAdvice, VirtualClock } from '../testing.ts'

circuitAdviceContract(
  'advice in memory',
  () => {
    const clock = new VirtualClock()
    const join = memoryCircuitAdvice({ clock, ttlMs: 1000 })
    return { processes: [join(), join(), join()], ttlMs: 1000, pass: (ms) => clock.advance(ms) }
  },
  { test },
)
