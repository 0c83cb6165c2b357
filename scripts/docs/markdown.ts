/** A fenced block of a document. */
export interface CodeBlock {
  /** What stands behind the fence: `ts`, `sh`, or empty. */
  readonly language: string
  readonly text: string
  /** Line of the first line inside, from 1. */
  readonly line: number
}

export interface Mention {
  readonly text: string
  readonly line: number
}

/** What the checks look at in a Markdown document. */
export interface Markdown {
  readonly blocks: readonly CodeBlock[]
  /** Code spans outside of blocks. */
  readonly spans: readonly Mention[]
  /** Targets of links and pictures outside of blocks. */
  readonly links: readonly Mention[]
  /** Names under which headings can be linked to. */
  readonly anchors: ReadonlySet<string>
}

export function readMarkdown(source: string): Markdown {
  const blocks: CodeBlock[] = []
  const spans: Mention[] = []
  const links: Mention[] = []
  const anchors = new Set<string>()
  let open: { language: string; lines: string[]; line: number } | undefined
  for (const [i, line] of source.split('\n').entries()) {
    const fence = /^\s*```(\w*)\s*$/.exec(line)
    if (open !== undefined) {
      if (fence === null) open.lines.push(line)
      else {
        blocks.push({ language: open.language, text: open.lines.join('\n'), line: open.line })
        open = undefined
      }
      continue
    }
    if (fence !== null) {
      open = { language: fence[1] as string, lines: [], line: i + 2 }
      continue
    }
    const heading = /^#{1,6} (.*)$/.exec(line)?.[1]
    if (heading !== undefined) addAnchor(anchors, heading)
    const bare = line.replaceAll(/`([^`]+)`/g, (_, text: string) => {
      spans.push({ text, line: i + 1 })
      return ''
    })
    for (const [, target] of bare.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g))
      links.push({ text: target as string, line: i + 1 })
    for (const [, target] of bare.matchAll(/(?:src|href)="([^"]+)"/g))
      links.push({ text: target as string, line: i + 1 })
  }
  return { blocks, spans, links, anchors }
}

/** As GitHub names headings: lower case, spaces to hyphens, punctuation gone, a number behind what is there already. */
function addAnchor(anchors: Set<string>, heading: string): void {
  const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
  const anchor = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')
  let name = anchor
  for (let n = 1; anchors.has(name); n++) name = `${anchor}-${n}`
  anchors.add(name)
}
