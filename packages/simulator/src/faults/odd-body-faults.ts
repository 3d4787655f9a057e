import { bodySteps, hintOf } from './error-fault.ts'
import type { FaultContext, FaultKind, FaultParameters } from './fault.ts'
import type { Step } from './step.ts'

const PARAMETERS: readonly (keyof FaultParameters)[] = ['afterMs', 'retryAfterMs', 'status', 'headers', 'error']

const BAD_GATEWAY_PAGE = `<html>
<head><title>502 Bad Gateway</title></head>
<body>
<center><h1>502 Bad Gateway</h1></center>
<hr><center>nginx</center>
</body>
</html>
`

/** Errors in a body that no client library expects. `error` names it inside. */
export const oddBodyFaults: Record<
  | 'badGateway'
  | 'textError'
  | 'arrayError'
  | 'stringError'
  | 'numericCode'
  | 'emptyError'
  | 'brokenError'
  | 'hugeError',
  FaultKind
> = {
  badGateway: oddBody('a 502 page in HTML, by a proxy in between', 502, 'text/html', () => BAD_GATEWAY_PAGE),
  textError: oddBody('the JSON error as `text/plain`', 503, 'text/plain', (error) => JSON.stringify(error)),
  arrayError: oddBody('the JSON error in an array', 503, 'application/json', (error) => JSON.stringify([error])),
  stringError: oddBody('`{"error":"server busy"}`, as Ollama does it', 503, 'application/json', () =>
    JSON.stringify({ error: 'server busy, please try again. maximum pending requests exceeded' }),
  ),
  numericCode: oddBody(
    'the JSON error with its status for a code, as OpenRouter and vLLM do it',
    503,
    'application/json',
    () => JSON.stringify({ error: { message: 'Provider returned error', code: 503 } }),
  ),
  emptyError: oddBody('a 503 without a body', 503, 'application/json', () => ''),
  brokenError: oddBody('JSON by its content type, but cut off', 503, 'application/json', (error) =>
    JSON.stringify(error).slice(0, -12),
  ),
  hugeError: oddBody('the JSON error with 2 MB of text', 503, 'application/json', (error) =>
    JSON.stringify({ ...error, padding: 'x'.repeat(2_000_000) }),
  ),
}

function oddBody(summary: string, status: number, contentType: string, render: (error: object) => string): FaultKind {
  return {
    summary,
    stage: 'refusal',
    effect: 'error',
    status,
    parameters: PARAMETERS,
    steps({ reply, spec }: FaultContext): Step[] {
      const { headers, body } = reply.error(spec.error ?? 'overloaded', hintOf(spec))
      return bodySteps(spec, status, { ...headers, 'content-type': contentType }, render(body))
    },
  }
}
