import type { Answered } from '../probe/ask.ts'
import { duration } from '../words/durations.ts'
import { ok, problem, warning, type Finding } from './finding.ts'

const NETWORK: readonly (readonly [RegExp, string, string])[] = [
  [/^ENOTFOUND$/, 'its name is not known to DNS', 'Look for a slip in the address. Behind a VPN: is it connected?'],
  [/^EAI_AGAIN$/, 'DNS does not answer', 'Is this machine on the network?'],
  [/^ERR_BLOCKED_PORT$/, 'Node’s fetch sends nothing to its port', 'Serve it at another one: 443, 8080.'],
  [/^ECONNREFUSED$/, 'nobody listens there', 'Is the server running? Is the port right?'],
  [/^(?:EHOSTUNREACH|ENETUNREACH)$/, 'there is no way to it', 'Is this machine on the network, or behind a VPN?'],
  [
    /^(?:ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT)$/,
    'it does not answer in time',
    'A firewall may swallow it. Is a proxy needed here?',
  ],
  [
    /^(?:ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    'its certificate is for another name',
    'Is the name in the address right? A certificate for a name does not hold for its numbers.',
  ],
  [
    /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/,
    'its certificate does not hold today',
    'Is the clock of this machine right? Else whoever runs it has to renew it.',
  ],
  [
    /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY))/,
    'its certificate is not trusted',
    'Name the certificate of your authority, or of the proxy in between, in NODE_EXTRA_CA_CERTS.',
  ],
  [
    /^(?:ERR_SSL|EPROTO)/,
    'it does not speak TLS there',
    'Is it http instead of https, or another port? A proxy may answer in its place.',
  ],
  [
    /^(?:ECONNRESET|UND_ERR_SOCKET|EPIPE)$/,
    'it ends the connection',
    'Is it https instead of http? A firewall may do that too: is a proxy needed here?',
  ],
]

/** What undici calls a proxy that answers a CONNECT with anything but 200. */
const PROXY_REFUSES = 'UND_ERR_ABORTED'

/** What a proxy that stands in between has made of a request. */
const throughProxy = (endpoint: string, proxy: string, code: string): Finding =>
  code === PROXY_REFUSES
    ? problem(
        'reach',
        endpoint,
        `the proxy of ${proxy} does not let it through`,
        'Does it want a name and a password? They belong in its address: http://name:password@proxy.example:8080.',
      )
    : problem(
        'reach',
        endpoint,
        `it cannot be reached through the proxy of ${proxy}${code === '' ? '' : ` (${code})`}`,
        'Is the proxy right? A host that needs none belongs in NO_PROXY.',
      )

/**
 * What a request without a key has shown: any answer at all means that the way is free.
 *
 * @param proxy the variable that names the proxy through which it went
 */
export function checkReach(
  endpoint: string,
  { verdict, status, tookMs }: Answered,
  { timeoutMs, proxy }: { readonly timeoutMs: number; readonly proxy?: string | undefined },
): Finding {
  if (status !== undefined) return ok('reach', endpoint, `answers within ${Math.round(tookMs)} ms (HTTP ${status})`)
  const { code = '' } = verdict
  if (proxy !== undefined) return throughProxy(endpoint, proxy, code)
  if (tookMs >= timeoutMs)
    return problem(
      'reach',
      endpoint,
      `does not answer within ${timeoutMs} ms`,
      'A firewall may swallow it. Is a proxy needed here?',
    )
  const [, found, todo] = NETWORK.find(([pattern]) => pattern.test(code)) ?? [
    code,
    'it cannot be reached',
    'Is this machine on the network?',
  ]
  return problem('reach', endpoint, `${found}${code === '' ? '' : ` (${code})`}`, todo)
}

/** A date header is whole seconds old. */
const HARMLESS_SKEW_MS = 30_000
const LARGE_SKEW_MS = 300_000

/** Our clock beside that of a server. */
export function checkClock(endpoint: string, { theirs, ours }: NonNullable<Answered['clocks']>): Finding {
  const skewMs = Math.abs(theirs - ours)
  if (skewMs <= HARMLESS_SKEW_MS) return ok('clock', endpoint, 'this clock agrees with the server’s')
  const found = `this clock is ${duration(skewMs)} ${ours > theirs ? 'ahead of' : 'behind'} the server’s`
  const todo = 'Set it by NTP: off-peak hours, deadlines and the waits that servers ask for go by it.'
  return (skewMs > LARGE_SKEW_MS ? problem : warning)('clock', endpoint, found, todo)
}
