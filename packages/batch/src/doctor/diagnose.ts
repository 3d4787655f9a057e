import { fileURLToPath } from 'node:url'
import { checkDuration, checkKnown } from '@spillway/core'
import { modelOf, specsIn } from '../command/access.ts'
import type { EndpointSpec } from '../command/endpoint-spec.ts'
import { checkClients } from './check-clients.ts'
import { checkEndpoint } from './check-endpoint.ts'
import { checkFolder } from './check-folder.ts'
import { checkKey, type KeyOwner } from './check-key.ts'
import { checkNode } from './check-node.ts'
import { checkOpenTelemetry } from './check-opentelemetry.ts'
import { checkProxies, proxyFor } from './check-proxies.ts'
import { problem, type Finding } from './finding.ts'

/** Options of {@link diagnose}. */
export interface DiagnoseOptions {
  /** Where keys and addresses are. @default the environment of the process */
  readonly env?: NodeJS.ProcessEnv
  /** Further endpoints, as `--endpoint` has them. @default none */
  readonly endpoints?: readonly string[]
  /** The model that a run would ask for. @default by provider */
  readonly model?: string
  /** The out folder of a run. @default none is looked at */
  readonly folder?: string
  /** Where the application is whose packages are looked at. @default the current folder */
  readonly application?: string
  /** Whether each key is tried, by asking for the list of models, which costs nothing. @default false */
  readonly online?: boolean
  /** How long an endpoint may take, in milliseconds above 0. @default 5000 */
  readonly timeoutMs?: number
  /** Ends it early. @default none */
  readonly signal?: AbortSignal
}

/**
 * Looks at everything that a run needs, without starting one: keys (their form, and with `online` whether they are accepted),
 * addresses, the way to them, clocks, proxies, Node, the clients, the OpenTelemetry API, the out folder. Sends no key
 * anywhere unless `online` says so, and never throws for what it finds.
 *
 * ```ts
 * import { diagnose } from '@spillway/batch'
 *
 * const findings = await diagnose({ env: {} })
 * console.log(findings[0]?.state, findings[0]?.found) // => problem is not set
 * ```
 *
 * @returns what was found, in the order in which a run would stumble over it
 * @throws InvalidOptionsError when an option is unknown or out of its range, UsageError when an endpoint cannot be read, and
 *   the signal's reason where that has ended it
 */
export async function diagnose(options: DiagnoseOptions = {}): Promise<readonly Finding[]> {
  checkKnown('diagnose', options, FIELDS)
  const { env = process.env, endpoints = [], folder, application = process.cwd() } = options
  const { online = false, timeoutMs = 5000, signal } = options
  checkDuration('diagnose.timeoutMs', timeoutMs, { min: Number.MIN_VALUE })
  const specs = specsIn(env, { endpoints })
  const asked = await Promise.all(
    specs.map((spec) => {
      const key = env[spec.keyVariable]?.trim()
      const apiKey = online && key !== '' ? key : undefined
      const model = modelOf(spec, specs, options.model)
      return checkEndpoint(spec, {
        apiKey,
        model,
        timeoutMs,
        proxyFor: (url) => proxyFor(url, env, process),
        ...(signal !== undefined && { signal }),
      })
    }),
  )
  signal?.throwIfAborted()
  const clocks = asked.flatMap(({ clock }) => clock ?? [])
  const clock = clocks.find(({ state }) => state !== 'ok') ?? clocks[0]
  return [
    ...checkKeys(specs, env),
    ...asked.flatMap(({ findings }) => findings),
    ...(clock === undefined ? [] : [clock]),
    ...checkProxies(env, process),
    ...checkNode(process.version),
    ...checkClients(application, fileURLToPath(new URL('..', import.meta.url))),
    ...checkOpenTelemetry(application),
    ...(folder === undefined ? [] : checkFolder(folder)),
  ]
}

const FIELDS = ['env', 'endpoints', 'model', 'folder', 'application', 'online', 'timeoutMs', 'signal']

const checkKeys = (specs: readonly EndpointSpec[], env: NodeJS.ProcessEnv): readonly Finding[] =>
  specs.length > 0
    ? specs.map((spec) => checkKey(spec.keyVariable, env[spec.keyVariable], ownerOf(spec)))
    : [noKey(env)]

/** Whoever has set an address means its key. */
const noKey = (env: NodeJS.ProcessEnv): Finding =>
  env['OPENAI_BASE_URL']?.trim()
    ? problem('key', 'OPENAI_API_KEY', 'is not set', 'Set it: OPENAI_BASE_URL alone is nobody who is asked.')
    : problem(
        'key',
        'GEMINI_API_KEY',
        'is not set',
        'Set it, or OPENAI_API_KEY (with OPENAI_BASE_URL for a relay), or give an --endpoint. --simulate needs none.',
      )

const ownerOf = ({ api, baseUrl }: EndpointSpec): KeyOwner =>
  baseUrl !== undefined ? 'relay' : api === 'gemini' ? 'gemini' : 'openai'
