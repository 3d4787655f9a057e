export { cacheStoreContract } from './testing/cache-store-contract.ts'
export type { CacheStoreTrial } from './testing/cache-store-contract.ts'
export { chaos, ChaosError } from './testing/chaos.ts'
export type { ChaosOptions } from './testing/chaos.ts'
export { leasesContract } from './testing/leases-contract.ts'
export type { LeasesTrial } from './testing/leases-contract.ts'
export { memoryLeases } from './testing/memory-leases.ts'
export { overloadedUpstream } from './testing/overloaded-upstream.ts'
export type { OverloadedUpstream, UpstreamRequest } from './testing/overloaded-upstream.ts'
export { UPSTREAM_DEFAULTS } from './testing/overloaded-upstream-options.ts'
export type {
  OverloadedUpstreamOptions,
  UpstreamBehaviour,
  UpstreamPhase,
} from './testing/overloaded-upstream-options.ts'
export { UpstreamOverloadedError } from './testing/upstream-overloaded-error.ts'
export { policyContract } from './testing/policy-contract.ts'
export type { TestRunner } from './testing/policy-contract.ts'
export { recordEvents } from './testing/record-events.ts'
export type { EventRecording } from './testing/record-events.ts'
export { scriptedOperation } from './testing/scripted-operation.ts'
export type { ScriptedOperation, ScriptStep } from './testing/scripted-operation.ts'
export { seededRandom } from './testing/seeded-random.ts'
export { settle, VirtualClock } from './testing/virtual-clock.ts'
