import type { HealthSnapshot } from '../monitor/health-snapshot.ts'

/** How much an alert matters. */
export type Severity = 'info' | 'warning' | 'critical'

export const SEVERITIES: readonly Severity[] = ['info', 'warning', 'critical']

/** One thing that a rule has found. */
export interface AlertFinding {
  /** What it is about: `official, painter`. With the rule's name it says which alert this is. */
  readonly subject: string
  /** What holds, in one line, for people. */
  readonly text: string
  /** Since when it holds, in milliseconds since 1970 UTC, where the rule knows of earlier. @default since it was found first */
  readonly since?: number
}

/** What is watched for. */
export interface AlertRule {
  /** Appears in events and notices. Unique within a monitor. */
  readonly name: string
  /** @default 'warning' */
  readonly severity?: Severity
  /** For how long it must hold before somebody is told, in milliseconds from 0. @default 0 */
  readonly forMs?: number
  /** For how long it must not hold before it is resolved, in milliseconds from 0. @default 120000 */
  readonly resolveAfterMs?: number
  /** What holds now: nothing, one thing or several. Called whenever the monitor looks, so that it may keep what it saw. */
  find(snapshot: HealthSnapshot): AlertFinding | readonly AlertFinding[] | undefined
}

/** What an {@link AlertRule} is where an option is left out. */
export const ALERT_RULE_DEFAULTS: Required<Pick<AlertRule, 'severity' | 'forMs' | 'resolveAfterMs'>> = {
  severity: 'warning',
  forMs: 0,
  resolveAfterMs: 120_000,
}

/** What a rule has found and somebody was told. Instants are in milliseconds since 1970 UTC. */
export interface Alert extends AlertFinding {
  readonly rule: string
  readonly severity: Severity
  /** When it began to hold. */
  readonly since: number
  /** When it had held for as long as its rule says. */
  readonly firedAt: number
}
