import type { EndpointSpec } from '../command/endpoint-spec.ts'
import { ask } from '../probe/ask.ts'
import { modelsQuestion, originQuestion } from '../probe/questions.ts'
import { checkAccess } from './check-access.ts'
import { checkAddress } from './check-address.ts'
import { checkClock, checkReach } from './check-reach.ts'
import type { Finding } from './finding.ts'

/** How an endpoint is asked. */
interface Asking {
  /** Tried where it is given. */
  readonly apiKey: string | undefined
  readonly model: string
  readonly timeoutMs: number
  /** The variable that names the proxy for an address, where there is one. */
  readonly proxyFor: (url: string) => string | undefined
  readonly signal?: AbortSignal
}

/** What was found of an endpoint, and of our clock beside its own. */
export interface EndpointFindings {
  readonly findings: readonly Finding[]
  readonly clock?: Finding
}

/** Looks at an endpoint's address, at the way to it, and, with a key, at whether that is accepted. Each builds on the one before. */
export async function checkEndpoint(
  spec: EndpointSpec,
  { apiKey, model, timeoutMs, signal, proxyFor }: Asking,
): Promise<EndpointFindings> {
  const { name, api, baseUrl } = spec
  const findings: Finding[] = []
  if (baseUrl !== undefined) {
    const address = checkAddress(name, api === 'gemini' ? 'gemini' : 'openai', baseUrl)
    findings.push(address)
    if (address.state === 'problem') return { findings }
  }
  const asking = { timeoutMs, ...(signal !== undefined && { signal }) }
  const greeting = originQuestion(spec)
  const there = await ask(greeting, asking)
  const reach = checkReach(name, there, { timeoutMs, proxy: proxyFor(greeting.url) })
  findings.push(reach)
  if (apiKey !== undefined && reach.state === 'ok')
    findings.push(checkAccess(name, await ask(modelsQuestion(spec, apiKey), asking), model))
  return { findings, ...(there.clocks !== undefined && { clock: checkClock(name, there.clocks) }) }
}
