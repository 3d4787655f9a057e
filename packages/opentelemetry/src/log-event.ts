import type { Context } from '@opentelemetry/api'
import type { SpillwayEvent } from '@spillway/core'
import { errorTypeOf, isError, wordOf } from './error-type.ts'
import { attributesOf } from './event-attributes.ts'
import type { LoggerSource } from './open-telemetry-options.ts'
import { ATTRIBUTE as A } from './semconv.ts'

/** OpenTelemetry's severity numbers. */
const INFO = 9
const WARN = 13

/** What outlives a call, and what went wrong in the end: the rest is in spans and metrics. */
const SEVERITIES: Readonly<Partial<Record<SpillwayEvent['type'], number>>> = {
  'circuit.opened': WARN,
  'circuit.isolated': WARN,
  'circuit.half_opened': INFO,
  'circuit.closed': INFO,
  'circuit.restored': INFO,
  'endpoint.ejected': WARN,
  'endpoint.recovered': INFO,
  'rate_limit.paused': WARN,
  'rate_limit.learned': INFO,
  'rate_limit.degraded': WARN,
  'rate_limit.recovered': INFO,
  'bulkhead.resized': INFO,
  'order.warned': WARN,
  'pipeline.reloaded': INFO,
  'diagnostic.reported': WARN,
}

/**
 * @param epochMs gives the time since 1970 at which the pipeline's clock was 0
 * @param context of the call that the event belongs to: it may happen in the surroundings of another
 */
export const logEvent = (
  logger: ReturnType<LoggerSource['getLogger']>,
  event: SpillwayEvent,
  epochMs: () => number,
  context: Context | undefined,
): void => {
  const failed = event.type === 'call.completed' && event.errorName !== undefined && isError(event.verdict)
  const severityNumber = failed ? WARN : SEVERITIES[event.type]
  if (severityNumber === undefined) return
  logger.emit({
    eventName: `spillway.${event.type}`,
    severityNumber,
    severityText: severityNumber === WARN ? 'WARN' : 'INFO',
    timestamp: new Date(epochMs() + event.at),
    ...(context === undefined ? {} : { context }),
    attributes: { [A.pipeline]: event.pipeline, ...attributesOf(event), ...(failed ? failureOf(event) : {}) },
  })
}

const failureOf = ({ verdict, errorName, attempts }: Extract<SpillwayEvent, { type: 'call.completed' }>) => {
  const code = wordOf(verdict.code)
  return {
    [A.outcome]: verdict.kind,
    [A.errorType]: errorTypeOf(verdict, errorName),
    [A.attemptCount]: attempts,
    ...(verdict.status === undefined ? {} : { [A.httpStatus]: verdict.status }),
    ...(code === undefined ? {} : { [A.providerCode]: code }),
  }
}
