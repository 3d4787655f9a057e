import { healthOf } from '@spillway/monitor'
import type { Observed } from '../status/observed.ts'
import { ask } from './ask.ts'
import { type Asked, hostOf, modelsQuestion, PROBE_OUTPUT_TOKENS, wordQuestion } from './questions.ts'

/** An endpoint that is probed. */
export interface Probed extends Asked {
  readonly name: string
  readonly apiKey: string
}

/** Cheap models that write; names change, so that another can be named. */
const MODELS = { gemini: 'gemini-flash-lite-latest', openai: 'gpt-5.4-nano' } as const

/** Which model is asked for a word; `undefined` where only the list of models is asked for: a relay may have any. */
const probeModel = ({ api, baseUrl }: Asked, model?: string): string | undefined =>
  model ?? (baseUrl !== undefined ? undefined : api === 'gemini' ? MODELS.gemini : MODELS.openai)

/** What a probe sends and costs, in words. */
export function probeInWords(probed: Probed, model?: string): string {
  const asked = probeModel(probed, model)
  return asked === undefined
    ? `${probed.name}: asks for the list of models, which costs nothing and shows only that somebody answers`
    : `${probed.name}: asks ${asked} for a word, which costs some 10 tokens in and at most ${PROBE_OUTPUT_TOKENS} out`
}

/** Asks an endpoint once. Never throws for what becomes of it. */
export async function probe(
  probed: Probed,
  { model, timeoutMs, signal }: { model?: string | undefined; timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<Observed> {
  const asked = probeModel(probed, model)
  const question =
    asked === undefined ? modelsQuestion(probed, probed.apiKey) : wordQuestion(probed, probed.apiKey, asked)
  const from = Date.now()
  const { verdict, status, tookMs } = await ask(question, { timeoutMs, ...(signal !== undefined && { signal }) })
  return {
    endpoint: probed.name,
    host: hostOf(probed),
    source: 'probe',
    from,
    until: from + tookMs,
    ...healthOf([{ verdict: verdict.kind, durationMs: tookMs }]),
    probe: {
      verdict: verdict.kind,
      ...(status !== undefined && { status }),
      ...(asked !== undefined && { model: asked }),
    },
  }
}
