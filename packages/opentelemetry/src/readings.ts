import type { Pipeline, PipelineState } from '@spillway/core'
import type { MetricName } from './metric-definitions.ts'
import { ATTRIBUTE as A } from './semconv.ts'
import { OTHER } from './bounded-values.ts'

/** Takes one value of a metric. */
export type Take = (
  metric: MetricName,
  value: unknown,
  attributes: Readonly<Record<string, string | undefined>>,
) => void

/** What a policy of ours says of itself, as far as it is read here. Others may say anything. */
interface KnownState {
  readonly running?: unknown
  readonly maxConcurrency?: unknown
  readonly waiting?: unknown
  readonly limit?: unknown
  readonly inFlight?: unknown
  readonly state?: unknown
  readonly ejectedUntil?: unknown
  readonly limits?: readonly { unit: string; source: string; periodMs?: number; permits: number; used: number }[]
  readonly budget?: { readonly spent: number; readonly allowed: number }
  readonly partitions?: Readonly<Record<string, KnownState>>
  readonly endpoints?: Readonly<Record<string, KnownState>>
}

interface Policy {
  readonly kind: string
  readonly state: KnownState
  readonly options: { readonly queueLimit?: unknown; readonly dryRun?: unknown }
  /** Whose values these are. */
  readonly by: Readonly<Record<string, string | undefined>>
}

const CIRCUIT_STATES = ['closed', 'open', 'half_open', 'isolated']

/** Reads what a pipeline knows about itself now. */
export const readPipeline = (pipeline: Pipeline<unknown>, take: Take): void => {
  const state = pipeline.state()
  const described = pipeline.describe()
  const by = { [A.pipeline]: pipeline.name }
  take('callsActive', state.inFlight, by)
  take('orphans', state.orphans, by)
  const endpoints = endpointsOf(state)
  for (const [i, { name, kind, state: known }] of state.policies.entries()) {
    const options = described[i]?.options ?? {}
    const policy: Policy = { kind, state: known, options, by: { ...by, [A.policy]: name } }
    if (kind === 'failover') readEndpoints(policy, pipeline.clock.now(), take)
    if (policy.state.budget !== undefined) {
      take('retryBudgetUsage', policy.state.budget.spent, policy.by)
      take('retryBudgetLimit', policy.state.budget.allowed, policy.by)
    }
    const { queueLimit } = policy.options
    if (queueLimit !== Infinity) take('queueLimit', queueLimit, policy.by)
    if (policy.state.partitions === undefined) readShare(policy, take)
    else
      for (const [partition, share] of Object.entries(policy.state.partitions))
        readShare(
          { ...policy, state: share, by: { ...policy.by, [A.endpoint]: endpointOf(partition, endpoints) } },
          take,
        )
  }
}

/** One share of a policy's state: of an endpoint, or all of it. */
const readShare = ({ kind, state, options, by }: Policy, take: Take): void => {
  take('queueUsage', state.waiting, by)
  if (kind === 'bulkhead') {
    take('concurrencyUsage', state.running, by)
    take('concurrencyLimit', state.maxConcurrency, by)
  }
  if (kind === 'adaptiveConcurrency') {
    take('concurrencyUsage', state.inFlight, by)
    take('concurrencyLimit', state.limit, by)
  }
  if (kind === 'circuitBreaker') {
    const dryRun = options.dryRun === true ? { [A.dryRun]: 'true' } : {}
    for (const each of CIRCUIT_STATES)
      take('circuitState', state.state === each ? 1 : 0, { ...by, [A.circuitState]: each, ...dryRun })
  }
  for (const { unit, source, periodMs, permits, used } of state.limits ?? []) {
    const quota = periodMs === undefined ? source : `${source} ${periodMs / 1000} s`
    const attributes = { ...by, [A.unit]: unit, [A.quota]: quota }
    take('rateLimitUsage', used, attributes)
    take('rateLimitLimit', permits, attributes)
  }
}

const readEndpoints = ({ state: { endpoints = {} }, by }: Policy, now: number, take: Take): void => {
  for (const [name, { ejectedUntil }] of Object.entries(endpoints)) {
    const ejected = typeof ejectedUntil === 'number' && ejectedUntil > now
    take('endpointEjected', ejected ? 1 : 0, { ...by, [A.endpoint]: name })
  }
}

const endpointsOf = ({ policies }: PipelineState): ReadonlySet<string> =>
  new Set(
    policies.flatMap(({ kind, state }) =>
      kind === 'failover' ? Object.keys((state as KnownState).endpoints ?? {}) : [],
    ),
  )

/** A share is named after an endpoint, or it is somebody's whose name is nobody's business here. */
const endpointOf = (partition: string, endpoints: ReadonlySet<string>): string | undefined =>
  partition === '' ? undefined : endpoints.has(partition) ? partition : OTHER
