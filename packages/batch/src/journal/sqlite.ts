import type * as Sqlite from 'node:sqlite'

type Emit = (warning: string | Error, ...rest: unknown[]) => void

/**
 * Node's SQLite. It is loaded when a journal is opened and not before: Node 22 says then, once for each process and on
 * stderr, that it is experimental, which is nothing that a person with a file of prompts can do anything about. That one
 * warning is left out, and nothing else that is said meanwhile.
 */
export function sqlite(): typeof Sqlite {
  const emit = Reflect.get(process, 'emitWarning') as Emit
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!/SQLite is an experimental feature/.test(String(warning))) emit.call(process, warning, ...rest)
  }
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emit
  }
}
