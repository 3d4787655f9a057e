// The sources are formatted by one tool and every option has a doc comment, so that reading them needs no compiler.

/** A source file. */
export interface Source {
  readonly path: string
  readonly text: string
}

interface Field {
  readonly name: string
  readonly type: string
  readonly text: string
  readonly default: string
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim()

export const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')

/** A doc comment's text, without stars, links and tags. */
export const plain = (comment: string): string =>
  comment
    .replaceAll(/^\s*\/?\*+\/?/gm, '')
    .replaceAll('*/', '')
    .replaceAll(/\{@link (\S+)\}/g, '`$1`')
    .trim()

/** @param wanted the interface's name, and the folder that it is in where several have one of that name */
const bodyOf = (sources: readonly Source[], wanted: string): string => {
  const [name = '', folder = ''] = wanted.split(' ')
  const found = sources
    .filter(({ path }) => path.startsWith(folder))
    .flatMap(({ path, text }) => {
      const start = new RegExp(`^export interface ${name}\\b.*\\{$`, 'm').exec(text)
      if (start === null) return []
      const from = start.index + start[0].length
      return [{ path, body: text.slice(from, text.indexOf('\n}', from)) }]
    })
  const [first, second] = found
  if (first === undefined) throw new Error(`No exported interface is called ${wanted}.`)
  if (second !== undefined) throw new Error(`${wanted} is in ${first.path} and in ${second.path}: name the folder too.`)
  return first.body
}

/** A field, or a method: what takes a function and must be compared loosely is written as one. */
const FIELD =
  /^ {2}\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(?:readonly )?(\w+\??)(?:: |(?=\())([\s\S]*?)(?=\n {2}\/\*\*|$(?![\s\S]))/gm

const fieldsOf = (sources: readonly Source[], wanted: string): Field[] =>
  [...bodyOf(sources, wanted).matchAll(FIELD)].map(([, comment = '', field = '', type = '']) => {
    const [text = '', given] = plain(comment).split('@default')
    return {
      name: field.replace('?', ''),
      type: type.trim().replace(/^(\(.*\)): /s, '$1 => '),
      text: text.trim(),
      default: given?.trim() ?? (field.endsWith('?') ? 'none' : 'required'),
    }
  })

/** One row an option: name, type, default, what it does. */
export const optionsTable = (sources: readonly Source[], wanted: string): string =>
  table(
    ['option', 'type', 'default', 'what it does'],
    fieldsOf(sources, wanted).map((field) => [`\`${field.name}\``, `\`${field.type}\``, field.default, field.text]),
  )

interface EventType {
  readonly type: string
  readonly text: string
  readonly fields: readonly string[]
}

const eventTypes = (sources: readonly Source[]): EventType[] =>
  sources.flatMap(({ text }) =>
    [
      ...text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport interface \w+ extends \w*Event \{\n([\s\S]*?)\n\}/g),
    ].flatMap(([, comment = '', body = '']) => {
      const type = /readonly type: '([^']+)'/.exec(body)?.[1]
      if (type === undefined) return []
      const fields = [...body.matchAll(/readonly (\w+)\??:/g)].map(([, field = '']) => field)
      return [{ type, text: plain(comment), fields: fields.filter((field) => field !== 'type') }]
    }),
  )

/** One row an event whose type begins with one of the prefixes; without any, every event there is. */
export const eventsTable = (sources: readonly Source[], prefixes: string): string => {
  const wanted = prefixes.split(' ').filter((prefix) => prefix !== '')
  const rows = eventTypes(sources)
    .filter(({ type }) => wanted.length === 0 || wanted.some((prefix) => type.startsWith(prefix)))
    .toSorted((a, b) => a.type.localeCompare(b.type))
  return table(
    ['event', 'says', 'fields'],
    rows.map(({ type, text, fields }) => [`\`${type}\``, text, fields.map((field) => `\`${field}\``).join(', ')]),
  )
}

/** The fields of an interface and of those that it extends: `A, Pick<B, 'c'>`. */
const fieldsWithin = (sources: readonly Source[], heritage: string): string[] => {
  const picked = [...heritage.matchAll(/Pick<\w+, ([^>]+)>/g)].flatMap(([, names = '']) => names.match(/\w+/g) ?? [])
  const whole = heritage.replaceAll(/Pick<[^>]+>/g, '').match(/\w+/g) ?? []
  return [
    ...picked,
    ...whole.flatMap((name) => {
      const more = sources
        .map(({ text }) => new RegExp(`^export interface ${name} extends (.+) \\{$`, 'm').exec(text)?.[1])
        .find((found) => found !== undefined)
      const own = fieldsOf(sources, name).map((field) => field.name)
      return [...(more === undefined ? [] : fieldsWithin(sources, more)), ...own]
    }),
  ]
}

/** One row an event of a monitor: their shape is in one file. */
export const monitorEventsTable = (sources: readonly Source[]): string => {
  const text = sources.find(({ path }) => path.endsWith('monitor/monitor-events.ts'))?.text ?? ''
  const found = text.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport interface \w+ extends MonitorStamp(?:, )?([^{]*) \{\n([\s\S]*?)\n\}/g,
  )
  const rows = [...found].map(([, comment = '', heritage = '', body = '']) => {
    const own = [...body.matchAll(/readonly (\w+)\??:/g)].map(([, field = '']) => field)
    const fields = [...fieldsWithin(sources, heritage), ...own].filter((field) => field !== 'type')
    const type = /readonly type: '([^']+)'/.exec(body)?.[1] ?? ''
    return [`\`${type}\``, plain(comment), fields.map((field) => `\`${field}\``).join(', ')]
  })
  return table(['event', 'says', 'fields'], rows)
}

/** One row an error class in files whose path contains `folder`. */
export const errorsTable = (sources: readonly Source[], folder: string): string => {
  const rows = sources
    .filter(({ path }) => path.includes(folder))
    .flatMap(({ text }) => {
      const found = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport class (\w+Error) /.exec(text)
      const code = /readonly code(?:: string)? = '(ERR_\w+)'/.exec(text)?.[1]
      return found === null || code === undefined ? [] : [[`\`${found[2]}\``, `\`${code}\``, plain(found[1] ?? '')]]
    })
  return table(['error', 'code', 'when'], rows)
}
