import { UsageError } from './usage-error.ts'

/** What a place is spoken to in. */
export type Api = 'gemini' | 'images' | 'chat'

const APIS: readonly Api[] = ['gemini', 'images', 'chat']

/** A place, before its key is looked up. */
export interface EndpointSpec {
  readonly name: string
  readonly api: Api
  readonly baseUrl?: string
  /** The environment variable that has its key. */
  readonly keyVariable: string
  /** What it calls the model. */
  readonly model?: string
}

/** Where a relay's key is, unless its endpoint says otherwise. */
const RELAY_KEY = 'RELAY_API_KEY'

const FORM = 'https://relay.example/v1,key=RELAY_API_KEY,model=painter,api=images,name=relay'

/**
 * Reads one `--endpoint`: an address and, after commas, the environment variable with its key, what it calls the model, how
 * it is spoken to, and its name.
 *
 * @throws UsageError that says what is wrong, and shows no value that may be a key
 */
export function readEndpointSpec(text: string): EndpointSpec {
  const [address = '', ...rest] = text.split(',')
  const url = URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--endpoint begins with an http(s) address: ${FORM}`)
  if (url.username !== '' || url.password !== '' || url.search !== '')
    throw new UsageError(
      '--endpoint takes no key in its address: put it into an environment variable and say key=NAME.',
    )
  const fields = new Map(rest.map(fieldOf))
  const keyVariable = fields.get('key') ?? RELAY_KEY
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(keyVariable))
    throw new UsageError('--endpoint …,key= takes the name of an environment variable, not the key itself.')
  const api = (fields.get('api') ?? 'images') as Api
  if (!APIS.includes(api)) throw new UsageError(`--endpoint …,api= takes one of ${APIS.join(', ')}.`)
  const model = fields.get('model')
  return {
    name: fields.get('name') ?? url.hostname,
    api,
    baseUrl: address,
    keyVariable,
    ...(model !== undefined && { model }),
  }
}

const FIELDS = ['key', 'model', 'api', 'name']

const fieldOf = (text: string): readonly [string, string] => {
  const [, name = '', value = ''] = /^\s*(\w+)=(.+)$/.exec(text) ?? []
  if (FIELDS.includes(name)) return [name, value.trim()]
  throw new UsageError(`--endpoint takes, after its address, ${FIELDS.map((each) => `${each}=`).join(', ')}: ${FORM}`)
}
