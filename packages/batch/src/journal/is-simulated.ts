import type { LaunchRecord } from './records.ts'

/** Whether a launch asked a simulated model, by what it has written down. */
export const isSimulated = ({ options: { note } }: Pick<LaunchRecord, 'options'>): boolean =>
  (note as { readonly simulated?: unknown } | null | undefined)?.simulated === true
