/**
 * The one text of a JSON value in which white space, the order of an object's members and the way a character is
 * escaped no longer show. Numbers keep their text, for engines tell `1` from `1.0`; members of equal name keep their
 * order. Undefined where `text` is not JSON. Does not recurse, so that no depth is too deep.
 */
export function canonicalJson(text: string): string | undefined {
  if (!isJson(text)) return undefined
  const frames: Frame[] = [new Frame('')]
  let at = 0
  while (at < text.length) {
    const frame = frames.at(-1) as Frame
    const char = text[at] as string
    if (IGNORED.includes(char)) {
      at += 1
    } else if (char === '{' || char === '[') {
      frames.push(new Frame(char))
      at += 1
    } else if (char === '}' || char === ']') {
      frames.pop()
      ;(frames.at(-1) as Frame).add(frame.close())
      at += 1
    } else {
      const end = char === '"' ? endOfString(text, at) : endOfLiteral(text, at)
      frame.add(normalize(text.slice(at, end)))
      at = end
    }
  }
  return (frames[0] as Frame).values[0]
}

/** Between the parts of a JSON text that is known to be well-formed, these say nothing. */
const IGNORED = ' \t\n\r,:'

class Frame {
  readonly #open: string
  readonly values: string[] = []

  constructor(open: string) {
    this.#open = open
  }

  /** Adds a value; in an object, names and values by turns. */
  add(value: string): void {
    this.values.push(value)
  }

  close(): string {
    if (this.#open === '[') return `[${this.values.join(',')}]`
    const members: { name: string; value: string }[] = []
    for (let i = 0; i < this.values.length; i += 2) {
      members.push({ name: this.values[i] as string, value: this.values[i + 1] as string })
    }
    members.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    return `{${members.map(({ name, value }) => `${name}:${value}`).join(',')}}`
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Offset just past the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    let escapes = 0
    while (text[quote - 1 - escapes] === '\\') escapes += 1
    at = quote + 1
    if (escapes % 2 === 0) return at
  }
}

const LITERAL = /[^\s,\]}:]+/y

function endOfLiteral(text: string, start: number): number {
  LITERAL.lastIndex = start
  LITERAL.test(text)
  return LITERAL.lastIndex
}

function normalize(token: string): string {
  return token.includes('\\') ? JSON.stringify(JSON.parse(token)) : token
}
