import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestOptions, request, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * What may befall a request: `slow-down` is refused by 503 and never reaches the server; `lost-reply` is carried out,
 * but the connection breaks before the answer; `cut-body` answers with half a body and breaks; `delay` waits;
 * `no-conditions` refuses by 501 what is conditional.
 */
export const FAULTS = ['slow-down', 'lost-reply', 'cut-body', 'delay', 'no-conditions'] as const
export type Fault = (typeof FAULTS)[number]

/** A fault that befalls every `every`th of the requests that match. */
export interface FaultRule {
  readonly fault: Fault
  readonly every: number
  /** Default: all that the fault makes sense for. */
  readonly method?: string
  /** How long a `delay` is. Default 200. */
  readonly milliseconds?: number
}

/** What came through. */
export interface ProxyCounts {
  requests: number
  /** Bodies only. */
  bytesUp: number
  bytesDown: number
}

/** A proxy in front of an HTTP server, which changes nothing but for its faults: signatures stay valid. */
export interface FaultProxy {
  readonly endpoint: string
  readonly counts: ProxyCounts
  /** How often each fault has come about. One that never did has proven nothing. */
  readonly fired: Readonly<Record<Fault, number>>
  /** Sets the counts to nothing and gives what they were. */
  take(): ProxyCounts
  stop(): Promise<void>
}

const DELAY_MS = 200

/** Starts a proxy on a free port in front of `target`, an `http://host:port`. */
export async function startFaultProxy(target: string, rules: readonly FaultRule[] = []): Promise<FaultProxy> {
  const counts: ProxyCounts = { requests: 0, bytesUp: 0, bytesDown: 0 }
  const fired = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>
  const seen = new Map<FaultRule, number>()
  const next = (call: IncomingMessage): FaultRule | undefined => {
    for (const rule of rules) {
      if (!fits(rule, call)) continue
      const count = (seen.get(rule) ?? 0) + 1
      seen.set(rule, count)
      if (count % rule.every === 0) return rule
    }
    return undefined
  }
  const server = createServer((call, answer) => {
    counts.requests += 1
    const rule = next(call)
    pass(target, call, answer, rule, counts, () => {
      if (rule !== undefined) fired[rule.fault] += 1
    }).catch(() => answer.destroy()) // either side has gone: the other is to see the same
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const take = (): ProxyCounts => {
    const taken = { ...counts }
    Object.assign(counts, { requests: 0, bytesUp: 0, bytesDown: 0 })
    return taken
  }
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  return { endpoint: `http://127.0.0.1:${address.port}`, counts, fired, take, stop }
}

function fits({ fault, method }: FaultRule, call: IncomingMessage): boolean {
  if (method !== undefined && method !== call.method) return false
  if (fault === 'cut-body') return call.method === 'GET'
  return fault !== 'no-conditions' || call.headers['if-none-match'] !== undefined
}

async function pass(
  target: string,
  call: IncomingMessage,
  answer: ServerResponse,
  { fault, milliseconds = DELAY_MS }: Partial<FaultRule> = {},
  counts: ProxyCounts,
  onFault: () => void,
): Promise<void> {
  if (fault === 'slow-down' || fault === 'no-conditions') {
    onFault()
    for await (const part of call) counts.bytesUp += part.length
    const [status, code] = fault === 'slow-down' ? [503, 'SlowDown'] : [501, 'NotImplemented']
    answer.writeHead(status, { 'content-type': 'application/xml' })
    answer.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>by the proxy</Message></Error>`)
    return
  }
  if (fault === 'delay') {
    onFault()
    await pause(milliseconds)
  }
  const reply = await forward(target, call, counts)
  if (fault === 'lost-reply') {
    onFault()
    for await (const _ of reply); // it has acted when its answer ends
    answer.destroy()
    return
  }
  answer.writeHead(reply.statusCode ?? 502, reply.rawHeaders)
  const length = Number(reply.headers['content-length'] ?? 0)
  const cutAt = fault === 'cut-body' && length > 1 ? Math.floor(length / 2) : Number.POSITIVE_INFINITY
  let sent = 0
  for await (const part of reply as AsyncIterable<Buffer>) {
    const piece = part.subarray(0, Math.max(0, cutAt - sent))
    sent += piece.length
    counts.bytesDown += piece.length
    if (!answer.write(piece)) await drained(answer)
    if (sent < cutAt) continue
    onFault()
    reply.destroy()
    answer.destroy()
    return
  }
  answer.end()
}

function forward(target: string, call: IncomingMessage, counts: ProxyCounts): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(target)
    // Of a HEAD and of what is conditional too, every header as it came: they are signed.
    const { method = 'GET', url: path = '/', rawHeaders: headers } = call
    const options: RequestOptions = { hostname, port, method, path, headers, agent: false }
    const sent = request(options, resolve)
    sent.once('error', reject)
    call.on('data', (part: Buffer) => {
      counts.bytesUp += part.length
    })
    call.once('error', reject)
    call.pipe(sent)
  })
}

/** Resolves when more may be written; fails where the other side has gone. */
async function drained(answer: ServerResponse): Promise<void> {
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  answer.once('close', leave)
  try {
    await once(answer, 'drain', { signal: gone.signal })
  } finally {
    answer.off('close', leave)
  }
}
