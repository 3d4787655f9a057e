const PLACES = [
  'a lighthouse in a storm',
  'a market street in Fez',
  'a glasshouse full of ferns',
  'a tram depot at night',
  'a harbour at low tide',
  'a mountain hut in fog',
  'an empty swimming pool',
  'a library with a spiral stair',
  'a salt lake at noon',
  'a greenhouse on the moon',
  'a rope bridge over a gorge',
  'a bakery before sunrise',
]
const MANNERS = [
  'ink and wash',
  'risograph, two colours',
  'gouache on brown paper',
  'long exposure',
  'linocut',
  'isometric, flat colours',
  'charcoal',
  'stained glass',
  'paper collage',
  'cyanotype',
  'oil, thick strokes',
]
const LIGHTS = [
  'soft morning light',
  'one warm lamp',
  'hard noon shadows',
  'blue hour',
  'backlit',
  'overcast and calm',
  'moonlight',
]

/** So many things that somebody might want drawn, no two the same for the first thousand. */
export const prompts = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    const of = (words: readonly string[], step: number): string =>
      words[(i * step + Math.floor(i / words.length)) % words.length] as string
    return `${of(PLACES, 5)}, ${of(MANNERS, 7)}, ${of(LIGHTS, 3)}`
  })

/** What a page must show as it is, and a browser must not obey. */
export const HOSTILE: readonly string[] = [
  '<script>window.pwned = 1</script>',
  '</script><script>window.pwned = 2</script>',
  '"><img src=x onerror="window.pwned = 3">',
  "' onmouseover='window.pwned = 4' x='",
  '<svg onload=window.pwned=5>',
  '</style><style>body { display: none }</style>',
  '<!-- never closed',
  '${window.pwned = 6} {{7*7}}',
  'javascript:window.pwned=7',
  'photo\u202egnp.exe \u2066hidden\u2069',
  'bell\u0007 escape\u001b[31m null\u0000',
  '<base href="https://example.com/"><link rel=stylesheet href="https://example.com/a.css">',
  '&lt;b&gt; &amp;amp;',
  '\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \ud83d\udc69\u200d\ud83d\ude80',
]
