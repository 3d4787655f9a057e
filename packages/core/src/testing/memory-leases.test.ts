import { test } from 'vitest'
import { leasesContract, memoryLeases, VirtualClock } from '../testing.ts'

leasesContract(
  'leases in memory',
  () => {
    const clock = new VirtualClock()
    return { leases: memoryLeases(clock), pass: (ms) => clock.advance(ms) }
  },
  { test },
)
