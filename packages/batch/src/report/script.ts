/** What a browser adds where it runs scripts: finding pictures, and looking at one. Without it the page is whole. */
export const SCRIPT = `
(() => {
  const sheet = document.getElementById('sheet')
  if (!sheet) return
  const find = document.getElementById('find')
  const found = document.getElementById('found')
  find.closest('p').hidden = false
  const tiles = Array.from(sheet.children)
  const texts = tiles.map((tile) => tile.textContent.toLowerCase())
  find.addEventListener('input', () => {
    const words = find.value.toLowerCase().split(/\\s+/).filter(Boolean)
    let hits = 0
    // Out of the layout meanwhile: a browser takes a minute to remove ten thousand tiles one by one.
    sheet.hidden = true
    sheet.getBoundingClientRect()
    for (let i = 0; i < texts.length; i++) {
      const hit = words.every((word) => texts[i].includes(word))
      if (tiles[i].hidden === hit) tiles[i].hidden = !hit
      if (hit) hits++
    }
    sheet.hidden = false
    found.textContent = words.length === 0 ? '' : hits + ' of ' + texts.length
  })

  const view = document.getElementById('view')
  const picture = view.querySelector('img')
  const caption = view.querySelector('figcaption')
  let current
  const show = (tile) => {
    if (!tile) return
    current = tile
    const small = tile.querySelector('img')
    picture.src = small.src
    picture.alt = small.alt
    caption.textContent = tile.querySelector('figcaption').textContent
    if (!view.open) view.showModal()
  }
  const next = (step) => {
    let tile = current
    do tile = tile && tile[step]
    while (tile && tile.hidden)
    show(tile)
  }
  sheet.addEventListener('click', (event) => {
    const link = event.target.closest('a')
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    show(link.closest('li'))
  })
  document.getElementById('before').addEventListener('click', () => next('previousElementSibling'))
  document.getElementById('after').addEventListener('click', () => next('nextElementSibling'))
  view.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowLeft') next('previousElementSibling')
    if (event.key === 'ArrowRight') next('nextElementSibling')
  })
  view.addEventListener('click', (event) => {
    if (event.target === view) view.close()
  })
  view.addEventListener('close', () => {
    picture.removeAttribute('src')
    if (current) current.querySelector('a').focus()
  })
})()
`
