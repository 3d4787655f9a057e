/** What a monitor of `@spillway/monitor` knows, as far as it becomes metrics. Anything of this shape will do. */
export interface HealthSource {
  health(): {
    readonly endpoints: readonly { readonly endpoint: string; readonly model?: string; readonly level: string }[]
    readonly feeds: readonly { readonly feed: string; readonly level: string }[]
    readonly disagreements: readonly {
      readonly endpoint: string
      readonly model?: string
      readonly feed: string
      readonly worse: string
    }[]
  }
  /** Where something changes; heard until an SDK is there. */
  readonly events?: { subscribe(next: () => void): { unsubscribe(): void } }
}
