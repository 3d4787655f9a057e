// The sources are formatted by one tool, so that finding a test's name needs no compiler.

/** A test that carries a tag. */
export interface TaggedTest {
  /** The kind of tag: `trap`, `hard case`. */
  readonly word: string
  readonly slug: string
  /** What else the tag says: `// hard case: <slug> (openai)`. */
  readonly about: string | undefined
  /** The name of the test, with those of the groups it stands in. */
  readonly name: string
  readonly path: string
  /** Whether the test is known to fail. */
  readonly fails: boolean
}

const TAG = /^( *)\/\/ (trap|hard case): (\S+)(?: \((.+)\))?$/
const COMMENT = /^ *\/\//
const TEST = /^ *(?:test|property)\b/
const QUOTED = String.raw`\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|${'`'}[^${'`'}]*${'`'})`

/** The first argument of a call: the whole call, or the one after a table or a list of arbitraries. */
const titleOf = (statement: string): string | undefined => {
  const direct = new RegExp(String.raw`^ *\w+(?:\.fails)?${QUOTED}`).exec(statement)
  const quoted = (direct ?? new RegExp(String.raw`\)${QUOTED},`).exec(statement))?.[1]
  return quoted?.slice(1, -1).replaceAll(/\\(.)/g, '$1')
}

/** The groups around a line, from the outside in. */
const groupsAround = (lines: readonly string[], from: number, indent: number): string[] => {
  const groups: string[] = []
  for (let i = from, inside = indent; i >= 0 && inside > 0; i--) {
    const line = lines[i] as string
    const depth = line.search(/\S/)
    if (depth === -1 || depth >= inside) continue
    inside = depth
    const title = /^ *describe\b/.test(line) ? titleOf(line) : undefined
    if (title !== undefined) groups.unshift(title)
  }
  return groups
}

/** @throws Error for a tag that stands above no test */
export const findTags = (path: string, text: string): TaggedTest[] => {
  const lines = text.split('\n')
  return lines.flatMap((line, i) => {
    const [, indent = '', word = '', slug = '', about] = TAG.exec(line) ?? []
    if (slug === '') return []
    let at = i + 1
    while (COMMENT.test(lines[at] ?? '')) at++
    const title = TEST.test(lines[at] ?? '') ? titleOf(lines.slice(at).join('\n')) : undefined
    if (title === undefined) throw new Error(`${path}:${i + 1}: "${word}: ${slug}" stands above no test.`)
    const name = [...groupsAround(lines, i, indent.length), title].join(' › ')
    return [{ word, slug, about, name, path, fails: /^ *\w+\.fails\b/.test(lines[at] as string) }]
  })
}
