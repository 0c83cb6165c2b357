import { createServer } from 'node:http'

/** A server that refuses every request in the way of the AWS services that speak JSON. */
export interface RefusingServer {
  readonly endpoint: string
  /** The error that it gives, as `AccessDeniedException`. */
  refusal: string
  /** How many requests it has refused. */
  readonly requests: number
  stop(): Promise<void>
}

/** Starts one on a free port. What a service refuses never gets behind its gate, so nothing needs to be behind this one. */
export async function startRefusingServer(refusal: string): Promise<RefusingServer> {
  const state = { refusal, requests: 0 }
  const server = createServer((call, answer) => {
    state.requests += 1
    call.resume().once('end', () => {
      answer.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
      // Services tell who asked for what: nothing of it may be repeated.
      answer.end(JSON.stringify({ __type: state.refusal, message: `canary ${call.headers.authorization}` }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  return Object.assign(state, { endpoint: `http://127.0.0.1:${address.port}`, stop })
}
