import { createHash } from 'node:crypto'

/** A Lua script, and the name under which Redis knows it once it has run. */
export interface Script {
  readonly source: string
  readonly sha: string
}

/** Makes a script out of its text. To be made once. */
export const defineScript = (source: string): Script => ({
  source,
  sha: createHash('sha1').update(source).digest('hex'),
})
