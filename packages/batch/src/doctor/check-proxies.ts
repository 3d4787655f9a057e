import { accessSync, constants } from 'node:fs'
import { ok, problem, warning, type Finding } from './finding.ts'

const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY']

/** Since when Node's `fetch` goes by the environment where it is told to, by line. */
const SINCE: Readonly<Record<number, number>> = { 22: 21 }

const knowsProxies = (version: string): boolean => {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number)
  return major >= 24 || minor >= (SINCE[major] ?? Infinity)
}

/** How Node was started. */
interface Started {
  readonly version: string
  readonly execArgv: readonly string[]
}

/** Whether Node's `fetch` goes by the environment. */
const goesByProxies = (env: NodeJS.ProcessEnv, { version, execArgv }: Started): boolean => {
  const options = `${env['NODE_OPTIONS'] ?? ''} ${execArgv.join(' ')}`
  const told = env['NODE_USE_ENV_PROXY'] === '1' || /--use-env-proxy(?:\s|$)/.test(options)
  return told && knowsProxies(version)
}

/** The variable that names the proxy through which Node's `fetch` asks an address; `undefined` where it asks itself. */
export function proxyFor(url: string, env: NodeJS.ProcessEnv, node: Started): string | undefined {
  if (!goesByProxies(env, node)) return undefined
  const { protocol, hostname } = new URL(url)
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const exempt = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(/[\s,]+/).map((each) => each.replace(/^\*?\./, ''))
  if (exempt.some((each) => each === '*' || each === hostname || (each !== '' && hostname.endsWith(`.${each}`))))
    return undefined
  return [name.toLowerCase(), name].find((each) => Boolean(env[each]?.trim()))
}

/** What in the environment stands between the program and the network. Shows no address: a proxy's may hold a password. */
export function checkProxies(env: NodeJS.ProcessEnv, node: Started): Finding[] {
  const findings: Finding[] = []
  const name = PROXIES.flatMap((each) => [each, each.toLowerCase()]).find((each) => Boolean(env[each]?.trim()))
  if (name !== undefined && goesByProxies(env, node)) {
    const all = name.toLowerCase() === 'all_proxy'
    findings.push(
      all
        ? warning('proxy', name, 'is set, and Node goes by HTTP_PROXY and HTTPS_PROXY only', 'Set HTTPS_PROXY.')
        : ok('proxy', name, 'is set, and Node goes by it'),
    )
  } else if (name !== undefined) {
    const todo = knowsProxies(node.version)
      ? 'If it is needed, set NODE_USE_ENV_PROXY=1.'
      : `If it is needed, take a newer Node (24, or 22.21) and set NODE_USE_ENV_PROXY=1.`
    findings.push(warning('proxy', name, 'is set, and Node’s fetch does not go by it', todo))
  }
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
    findings.push(
      problem(
        'proxy',
        'NODE_TLS_REJECT_UNAUTHORIZED',
        'is 0: certificates are not looked at, and anybody in between can read the keys',
        'Unset it. For an authority of your own there is NODE_EXTRA_CA_CERTS.',
      ),
    )
  const authorities = env['NODE_EXTRA_CA_CERTS']
  if (authorities !== undefined && authorities !== '' && !isReadable(authorities))
    findings.push(
      problem(
        'proxy',
        'NODE_EXTRA_CA_CERTS',
        'names a file that cannot be read: none of its certificates is trusted',
        'Name a file of certificates in PEM.',
      ),
    )
  return findings
}

const isReadable = (path: string): boolean => {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}
