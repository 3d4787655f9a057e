import { checkDuration, checkKnown, checkNumber, checkOneOf, InvalidOptionsError, type Leases } from '@spillway/core'
import { SEVERITIES, type AlertRule } from './alert-rule.ts'
import type { AlertSink, Notice } from './notice.ts'
import { standardRules } from './rules/standard-rules.ts'

/** Who is told of what. */
export interface AlertOptions {
  /** What is watched for. @default standardRules() */
  readonly rules?: readonly AlertRule[]
  /** Who is told: sinks, or functions that take a notice. @default nobody; events tell in any case */
  readonly sinks?: readonly (AlertSink | ((notice: Notice) => void | PromiseLike<void>))[]
  /**
   * Leases that several processes share, such as `redisLeases`: of processes that watch the same one tells people, the others tell
   * when it is gone. @default none: each tells
   */
  readonly leases?: Leases
  /** How many notices may be sent within `perMs`, all rules together: an integer from 1. @default 20 */
  readonly maxNotices?: number
  /** In milliseconds above 0. @default 600000 */
  readonly perMs?: number
}

/** What alerts take where an option is left out, besides their rules. */
export const ALERT_DEFAULTS: Required<Omit<AlertOptions, 'rules' | 'leases'>> = {
  sinks: [],
  maxNotices: 20,
  perMs: 600_000,
}

/** {@link AlertOptions} with nothing left out, and functions as sinks. */
export interface ResolvedAlertOptions extends Required<Omit<AlertOptions, 'leases'>> {
  readonly leases: Leases | undefined
  readonly sinks: readonly AlertSink[]
}

/** @throws InvalidOptionsError when an option is out of its range */
export const checkAlertOptions = (options: AlertOptions): ResolvedAlertOptions => {
  checkKnown('monitor.alerts', options, ['rules', 'leases', ...Object.keys(ALERT_DEFAULTS)])
  const { rules = standardRules(), leases, sinks, maxNotices, perMs } = { ...ALERT_DEFAULTS, ...options }
  checkNumber('monitor.alerts.maxNotices', maxNotices, { min: 1, integer: true })
  checkDuration('monitor.alerts.perMs', perMs, { min: Number.MIN_VALUE })
  if (!Array.isArray(rules)) throw new InvalidOptionsError('monitor.alerts.rules', rules, 'a list of rules')
  const names = new Set<string>()
  for (const [i, rule] of rules.entries()) {
    checkRule(`monitor.alerts.rules[${i}]`, rule)
    if (names.has(rule.name))
      throw new InvalidOptionsError(`monitor.alerts.rules[${i}].name`, rule.name, 'a name that no other rule has')
    names.add(rule.name)
  }
  if (!Array.isArray(sinks)) throw new InvalidOptionsError('monitor.alerts.sinks', sinks, 'a list of sinks')
  if (leases !== undefined && typeof leases?.take !== 'function')
    throw new InvalidOptionsError('monitor.alerts.leases', leases, 'leases, such as redisLeases()')
  return { rules, leases, sinks: sinks.map((sink, i) => sinkOf(`monitor.alerts.sinks[${i}]`, sink)), maxNotices, perMs }
}

const checkRule = (option: string, rule: AlertRule): void => {
  if (typeof rule?.name !== 'string' || rule.name === '' || typeof rule.find !== 'function')
    throw new InvalidOptionsError(option, rule, 'a rule: a name and a function find()')
  if (rule.severity !== undefined) checkOneOf(`${option}.severity`, rule.severity, SEVERITIES)
  if (rule.forMs !== undefined) checkDuration(`${option}.forMs`, rule.forMs)
  if (rule.resolveAfterMs !== undefined) checkDuration(`${option}.resolveAfterMs`, rule.resolveAfterMs)
}

const sinkOf = (option: string, sink: AlertSink | AlertSink['send']): AlertSink => {
  if (typeof sink === 'function') return { name: sink.name === '' ? 'function' : sink.name, send: sink }
  if (typeof sink?.name !== 'string' || typeof sink.send !== 'function')
    throw new InvalidOptionsError(option, sink, 'a sink, such as webhook(), or a function')
  return sink
}
