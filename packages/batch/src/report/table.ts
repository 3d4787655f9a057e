import { markup, type Content, type Markup } from './markup.ts'

/**
 * A table that may be wider than a phone: it scrolls in a place of its own, which the keyboard reaches. The first cell of a
 * row names it.
 *
 * @param kind `text` where cells are read rather than compared
 */
export const table = (
  label: string,
  head: readonly string[],
  rows: readonly (readonly Content[])[],
  kind: 'numbers' | 'text' = 'numbers',
): Markup => {
  const heads = head.map((cell) => markup`<th scope="col">${cell}</th>`)
  const lines = rows.map(([first, ...rest]) => {
    const cells = rest.map((cell) => markup`<td>${cell}</td>`)
    return markup`<tr><th scope="row">${first}</th>${cells}</tr>\n`
  })
  return markup`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="${kind}">
<thead><tr>${heads}</tr></thead>
<tbody>${lines}</tbody></table></div>`
}
