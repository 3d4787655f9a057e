import type { HealthSnapshot } from '../../monitor/health-snapshot.ts'

/** What policies say of themselves, as far as rules read it. Those of others may say anything. */
interface KnownState {
  readonly state?: unknown
  readonly waiting?: unknown
  readonly budget?: unknown
}

/** A share of a policy's state: of an endpoint, or all of it. */
export interface PolicyShare {
  readonly kind: string
  /** In words: `images: circuitBreaker of official`. */
  readonly subject: string
  readonly state: KnownState
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** The state of every policy of every pipeline, share by share. What a policy of somebody's says in another shape is passed over. */
export const policyShares = ({ pipelines }: HealthSnapshot): PolicyShare[] =>
  pipelines.flatMap(({ pipeline, policies }) =>
    policies.flatMap(({ name, kind, state }) => {
      const subject = `${pipeline}: ${name}`
      if (!isRecord(state)) return []
      const { partitions } = state
      if (!isRecord(partitions)) return [{ kind, subject, state }]
      return Object.entries(partitions).flatMap(([partition, share]) =>
        isRecord(share)
          ? [{ kind, subject: partition === '' ? subject : `${subject} of ${partition}`, state: share }]
          : [],
      )
    }),
  )
