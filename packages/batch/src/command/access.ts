import { isPlaceholder } from '../doctor/check-key.ts'
import type { Place } from '../make/place/place.ts'
import { type Api, type EndpointSpec, readEndpointSpec } from './endpoint-spec.ts'
import { UsageError } from './usage-error.ts'

/** What decides, beside the environment, who is asked. */
export interface AccessOptions {
  /** The model that is asked for. @default by provider */
  readonly model?: string | undefined
  /** How the OpenAI-compatible API of `OPENAI_BASE_URL` is asked. @default 'images' */
  readonly api?: 'images' | 'chat' | undefined
  /** Further places, as `--endpoint` has them. */
  readonly endpoints?: readonly string[]
}

/** A place and how it is entered. */
export interface Access {
  readonly name: string
  readonly api: Api
  /** The provider's own where it is left out. */
  readonly baseUrl?: string
  /** The environment variable that has the key. */
  readonly keyVariable: string
  readonly apiKey: string
  readonly model: string
}

/** Today's names of models that make pictures; they change, so that `--model` says another. */
const DEFAULT_MODELS = { gemini: 'gemini-2.5-flash-image', openai: 'gpt-image-1' } as const

/** The names of the environment variables that are read, and nothing else is. */
const VARIABLES = {
  geminiKey: 'GEMINI_API_KEY',
  geminiBaseUrl: 'GOOGLE_GEMINI_BASE_URL',
  openaiKey: 'OPENAI_API_KEY',
  openaiBaseUrl: 'OPENAI_BASE_URL',
} as const

/**
 * Who is asked, the preferred one first: Gemini where `GEMINI_API_KEY` is set, then the OpenAI-compatible API at
 * `OPENAI_BASE_URL` (without a Gemini key also OpenAI itself), then each `--endpoint`.
 *
 * @throws UsageError that names the variable or option, and never shows what is in it
 */
export function readAccess(env: NodeJS.ProcessEnv, options: AccessOptions = {}): readonly Access[] {
  const specs = specsIn(env, options)
  if (specs.length === 0) throw new UsageError(NO_KEY)
  return specs.map((spec) => {
    checkUrl(spec)
    return { ...spec, model: modelOf(spec, specs, options.model), apiKey: keyIn(env, spec.keyVariable) }
  })
}

/** The same, before anything is said of what the variables hold. @throws UsageError where an `--endpoint` cannot be read */
export function specsIn(env: NodeJS.ProcessEnv, options: AccessOptions = {}): readonly EndpointSpec[] {
  const { api = 'images', endpoints = [] } = options
  const given = (name: string): string | undefined => env[name]?.trim() || undefined
  const specs: EndpointSpec[] = []
  const geminiUrl = given(VARIABLES.geminiBaseUrl)
  const openaiUrl = given(VARIABLES.openaiBaseUrl)
  const hasGemini = given(VARIABLES.geminiKey) !== undefined
  if (hasGemini)
    specs.push({
      name: 'gemini',
      api: 'gemini',
      keyVariable: VARIABLES.geminiKey,
      ...(geminiUrl !== undefined && { baseUrl: geminiUrl }),
    })
  if (given(VARIABLES.openaiKey) !== undefined && (!hasGemini || openaiUrl !== undefined))
    specs.push({
      name: hasGemini ? 'relay' : 'openai',
      api,
      keyVariable: VARIABLES.openaiKey,
      ...(openaiUrl !== undefined && { baseUrl: openaiUrl }),
    })
  return uniquelyNamed([...specs, ...endpoints.map((text) => readEndpointSpec(text))])
}

/** The model that a place is asked for: its own name for it, else what is asked for everywhere. */
export const modelOf = (spec: EndpointSpec, specs: readonly EndpointSpec[], model?: string): string =>
  spec.model ?? model ?? (specs[0]?.api === 'gemini' ? DEFAULT_MODELS.gemini : DEFAULT_MODELS.openai)

const NO_KEY = `There is no API key. Set ${VARIABLES.geminiKey}, or ${VARIABLES.openaiKey} (with ${VARIABLES.openaiBaseUrl} for a relay), or give an --endpoint with a key of its own. --simulate needs none.`

const uniquelyNamed = (specs: readonly EndpointSpec[]): readonly EndpointSpec[] => {
  const names = new Set<string>()
  return specs.map((spec) => {
    let { name } = spec
    for (let i = 2; names.has(name); i++) name = `${spec.name}-${i}`
    names.add(name)
    return { ...spec, name }
  })
}

/** @throws UsageError where its base URL is none, or cannot be asked; it names the variable and does not show what is in it */
export const checkUrl = ({ keyVariable, baseUrl }: EndpointSpec): void => {
  if (baseUrl === undefined) return
  const url = URL.parse(baseUrl)
  const variable = keyVariable === VARIABLES.geminiKey ? VARIABLES.geminiBaseUrl : VARIABLES.openaiBaseUrl
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${variable} is no http(s) address. It looks like https://relay.example.com/v1.`)
  // No request is ever sent to such an address: fetch refuses it.
  if (url.username !== '' || url.password !== '')
    throw new UsageError(`${variable} has a user or a password in it, and cannot be asked: leave them out.`)
}

const keyIn = (env: NodeJS.ProcessEnv, name: string): string => {
  const key = env[name]?.trim() ?? ''
  if (key === '') throw new UsageError(`There is no API key in the environment variable ${name}.`)
  if (isPlaceholder(key)) throw new UsageError(`${name} holds a placeholder instead of a key. Set it: export ${name}=…`)
  if (/^[\x21-\x7e]+$/.test(key) && !/["'`]/.test(key)) return key
  throw new UsageError(`${name} does not look like an API key: there are spaces, quotes or letters beyond ASCII in it.`)
}

/** The places, asked through the official clients; those are loaded now. */
export async function placesOf(accesses: readonly Access[]): Promise<readonly Place[]> {
  const { geminiPlace } = await import('../make/place/gemini-place.ts')
  const { openaiPlace } = await import('../make/place/openai-place.ts')
  return accesses.map(({ api, keyVariable: _variable, ...place }) =>
    api === 'gemini' ? geminiPlace(place) : openaiPlace({ ...place, api }),
  )
}
