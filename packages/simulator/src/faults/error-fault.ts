import type { ErrorName } from '../protocols/error-name.ts'
import type { FaultContext, FaultKind, FaultParameters } from './fault.ts'
import type { ErrorDetail } from '../protocols/reply.ts'
import type { Step } from './step.ts'

const PARAMETERS: readonly (keyof FaultParameters)[] = ['afterMs', 'retryAfterMs', 'status', 'headers']

/** A fault that is one of the provider's error answers. */
export function errorFault(name: ErrorName, status: number, summary: string): FaultKind {
  return {
    summary,
    stage: 'refusal',
    effect: 'error',
    status,
    parameters: PARAMETERS,
    steps: (context) => errorSteps(context, name),
  }
}

/** The steps of an error answer: wait, then status, headers and body in one go. */
function errorSteps({ spec, reply, quota }: FaultContext, name: ErrorName): Step[] {
  const { status, headers, body } = reply.error(name, { ...hintOf(spec), ...(quota && { quota }) })
  return bodySteps(
    spec,
    status,
    { 'content-type': 'application/json; charset=UTF-8', ...headers },
    JSON.stringify(body),
  )
}

/** The part of a fault that goes into an error's words. */
export function hintOf({ retryAfterMs }: FaultParameters): ErrorDetail {
  return retryAfterMs === undefined ? {} : { retryAfterMs }
}

/** Any whole answer, after the fault's delay. */
export function bodySteps(
  spec: FaultParameters,
  status: number,
  headers: Record<string, string>,
  body: string,
): Step[] {
  return [
    { type: 'wait', ms: spec.afterMs ?? 0 },
    { type: 'head', status: spec.status ?? status, headers: { ...headers, ...spec.headers } },
    { type: 'write', data: body, part: 'error' },
    { type: 'end' },
  ]
}
