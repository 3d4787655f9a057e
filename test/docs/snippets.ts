interface Snippet {
  code: string
  /** Line of the file on which the code starts. */
  line: number
  run: boolean
  /** What console.log must print, in this order. Empty: anything. */
  expected: string[]
}

/** The ```ts blocks of a Markdown file, or of the doc comments of a TypeScript file. */
export function findSnippets(path: string, text: string): Snippet[] {
  const inComment = path.endsWith('.ts')
  // the opening fence, its words, the code, and a closing fence that stands as far in as the opening one
  const fence = inComment
    ? /^([ \t]*\* ?)```ts\b([^\n]*)\n([\s\S]*?)^\1```[ \t]*$/gm
    : /^([ \t]*)```ts\b([^\n]*)\n([\s\S]*?)^\1```[ \t]*$/gm
  return [...text.matchAll(fence)].map((match) => {
    const [, indent = '', words = '', block = ''] = match
    const margin = inComment ? /^[ \t]*\* ?/gm : new RegExp(`^${indent}`, 'gm')
    const code = block.replace(margin, '')
    return {
      code,
      line: text.slice(0, match.index).split('\n').length + 1,
      run: !words.includes('no-run'),
      expected: [...code.matchAll(/\/\/ => (.*)$/gm)].map(([, value = '']) => value.trim()),
    }
  })
}
