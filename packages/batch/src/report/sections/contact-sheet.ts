import type { FileRecord, ItemRecord, RunRecord } from '../../journal/records.ts'
import { markup, type Markup } from '../markup.ts'
import { count } from '../../words/amounts.ts'
import { shortened } from './failures.ts'

/** Where the page finds a picture: beside it, or within it. */
export type PictureSource = (file: FileRecord) => string

/** All pictures in the order of the input, with what was asked for. */
export const contactSheet = ({ items }: RunRecord, source: PictureSource): Markup | false => {
  const tiles = items.flatMap((item) => (item.made?.files ?? []).map((file) => tile(item, file, source)))
  if (tiles.length === 0) return false
  return markup`<section id="pictures"><h2>Pictures <span class="number">${count(tiles.length)}</span></h2>
<p class="find" hidden><label for="find">Find</label> <input id="find" type="search" placeholder="words of a prompt, an id" autocomplete="off" spellcheck="false"> <output for="find" id="found"></output></p>
<ul id="sheet">${tiles}</ul></section>
<dialog id="view" aria-label="Picture"><figure><img alt=""><figcaption></figcaption></figure><form method="dialog"><button type="button" id="before" aria-label="The one before">←</button><button type="button" id="after" aria-label="The next one">→</button><button aria-label="Close">×</button></form></dialog>`
}

const tile = ({ id, prompt, made }: ItemRecord, file: FileRecord, source: PictureSource): Markup => {
  const where = source(file)
  // What is in the page already is shown by it, and is nothing to follow.
  const href = where.startsWith('data:') ? '#view' : where
  const text = shortened(prompt)
  return markup`<li><figure><a href="${href}"><img src="${where}" alt="${text}" loading="lazy" decoding="async"></a><figcaption dir="auto"><b><bdi>${id}</bdi></b>${made?.source === 'cache' && markup` <i>kept from before</i>`}${made?.source === 'same' && markup` <i>same as another</i>`} <span>${text}</span></figcaption></figure></li>
`
}
