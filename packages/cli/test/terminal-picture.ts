/** Pixels. */
const FONT_SIZE = 14
const CHARACTER_WIDTH = 8.43
const LINE_HEIGHT = 20
const MARGIN = 20

/** On a dark ground; each reads with a contrast of at least 4.5 to 1. */
const COLOURS: Readonly<Record<number, string>> = { 31: '#ff8a80', 32: '#8fd694', 33: '#e8c468' }
const GROUND = '#161b22'
const TEXT = '#e6edf3'
const DIM = '#9aa4b0'
/** What every colour begins with. */
const ESCAPE = '\u001b['

interface Style {
  colour: string | undefined
  bold: boolean
  dim: boolean
  underline: boolean
}

/** What a terminal shows of `text`, colours and all, as an SVG; lines above `columns` are cut. `title` is read aloud. */
export function terminalPicture(text: string, title: string, columns: number): string {
  const lines = text.trimEnd().split('\n')
  const style: Style = { colour: undefined, bold: false, dim: false, underline: false }
  const rows = lines.map((line, i) => {
    const y = MARGIN + LINE_HEIGHT * i + FONT_SIZE
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${spansOf(line, style, columns)}</text>`
  })
  const width = Math.ceil(columns * CHARACTER_WIDTH) + 2 * MARGIN
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${GROUND}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="${FONT_SIZE}" fill="${TEXT}">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

/** `style` goes on from line to line, as in a terminal. */
function spansOf(line: string, style: Style, columns: number): string {
  let spans = ''
  let room = columns
  for (const [i, part] of line.split(ESCAPE).entries()) {
    const code = i === 0 ? undefined : /^(\d+)m/.exec(part)?.[1]
    if (code !== undefined) apply(style, Number(code))
    const text = code === undefined ? part : part.slice(code.length + 1)
    if (text === '' || room === 0) continue
    const shown = text.length <= room ? text : `${text.slice(0, room - 1)}…`
    room -= shown.length
    spans += `<tspan${attributesOf(style)}>${escapeXml(shown)}</tspan>`
  }
  return spans
}

function apply(style: Style, code: number): void {
  if (code === 0) Object.assign(style, { colour: undefined, bold: false, dim: false, underline: false })
  if (code === 1) style.bold = true
  if (code === 2) style.dim = true
  if (code === 22) Object.assign(style, { bold: false, dim: false })
  if (code === 4) style.underline = true
  if (code === 24) style.underline = false
  if (code === 39) style.colour = undefined
  if (code in COLOURS) style.colour = COLOURS[code]
}

function attributesOf({ colour, bold, dim, underline }: Style): string {
  const fill = colour ?? (dim ? DIM : undefined)
  return [
    fill === undefined ? '' : ` fill="${fill}"`,
    bold ? ' font-weight="bold"' : '',
    underline ? ' text-decoration="underline"' : '',
  ].join('')
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
