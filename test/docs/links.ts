/** The relative links of a Markdown page that lead to no file or to no heading. `read` gives a file's text, or undefined. */
export function brokenLinks(text: string, read: (path: string) => string | undefined): string[] {
  const prose = text.replace(/^[ \t]*(```+)[\s\S]*?^[ \t]*\1/gm, '').replaceAll(/`[^`\n]*`/g, '')
  const links = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)].map(([, target = '']) => target)
  return links.filter((target) => {
    if (/^[a-z][a-z+.-]*:/i.test(target)) return false
    const [path = '', heading] = target.split('#')
    const page = path === '' ? text : read(decodeURI(path))
    if (page === undefined) return true
    return heading !== undefined && page !== '' && !anchors(page).has(heading)
  })
}

/** The anchors that GitHub gives to the headings of a page. */
function anchors(page: string): Set<string> {
  const seen = new Map<string, number>()
  const result = new Set<string>()
  for (const [, title = ''] of page.replace(/^[ \t]*(```+)[\s\S]*?^[ \t]*\1/gm, '').matchAll(/^#{1,6}\s+(.*)$/gm)) {
    const plain = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const slug = plain
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    result.add(count === 0 ? slug : `${slug}-${count}`)
  }
  for (const [, name = ''] of page.matchAll(/<a (?:id|name)="([^"]+)"/g)) result.add(name)
  return result
}
