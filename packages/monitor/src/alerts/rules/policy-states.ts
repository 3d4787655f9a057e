import type { HealthSnapshot } from '../../monitor/health-snapshot.ts'

/** What policies say of themselves, as far as rules read it. Those of others may say anything. */
interface KnownState {
  readonly state?: unknown
  readonly waiting?: unknown
  readonly budget?: { readonly spent?: unknown; readonly allowed?: unknown }
  readonly partitions?: Readonly<Record<string, KnownState>>
}

/** A share of a policy's state: of an endpoint, or all of it. */
export interface PolicyShare {
  readonly kind: string
  /** In words: `images: circuitBreaker of official`. */
  readonly subject: string
  readonly state: KnownState
}

/** The state of every policy of every pipeline, share by share. */
export const policyShares = ({ pipelines }: HealthSnapshot): PolicyShare[] =>
  pipelines.flatMap(({ pipeline, policies }) =>
    policies.flatMap(({ name, kind, state }) => {
      const subject = `${pipeline}: ${name}`
      const known: KnownState = state
      if (known.partitions === undefined) return [{ kind, subject, state: known }]
      return Object.entries(known.partitions).map(([partition, share]) => ({
        kind,
        subject: partition === '' ? subject : `${subject} of ${partition}`,
        state: share,
      }))
    }),
  )
